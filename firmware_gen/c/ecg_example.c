/* Classifies the beats of ecg_beats.h, and compares with the answers that the golden model gave for them.
   Compiled with -DECG_MAIN it is a program that needs a port: ecg_port() of your microcontroller (docs/HOST.md). */
#include "ecg_beats.h"
#include "ecg_driver.h"
#include "ecg_weights.h"

/* Beats whose answer was not as expected, or minus a result of the driver. */
int ecg_example(const ecg_transport *transport)
{
    ecg_chip chip;
    ecg_answer answer;
    ecg_result result = ecg_open(&chip, transport);
    int wrong = 0;
    if (!result)
        result = ecg_reset(&chip);
    if (!result && chip.loadable)
        result = ecg_load(&chip, ecg_weights, sizeof ecg_weights);
    for (int beat = 0; beat < ECG_BEATS && !result; beat++) {
        if ((result = ecg_classify(&chip, ecg_beats[beat], sizeof ecg_beats[beat], &answer)))
            break;
        int same = answer.klass == ecg_answers[beat].klass;
        for (uint32_t k = 0; k < chip.outputs; k++)
            same = same && answer.potentials[k] == ecg_answers[beat].potentials[k];
        wrong += !same;
    }
    return result ? -(int)result : wrong;
}

#ifdef ECG_MAIN
extern const ecg_transport *ecg_port(void);

int main(void)
{
    return ecg_example(ecg_port());
}
#endif
