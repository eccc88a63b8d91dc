/* The chain on a bare Cortex-M0: samples in flash through it, each beat against the golden model's; ends by
   semihosting, 0 if all were the same. For an emulator: nothing here is of a particular microcontroller. */
#include "ecg_chain.h"
#include "ecg_chain_samples.h"

ecg_chain chain;

static void leave(int failed)
{
    register int call __asm__("r0") = 0x18;                       /* SYS_EXIT */
    register int reason __asm__("r1") = failed ? 0x20023 : 0x20026; /* a run-time error, or the end of the program */
    __asm__ volatile("bkpt 0xab" : : "r"(call), "r"(reason) : "memory");
}

static int differs(const ecg_chain_beat *beat, unsigned number)
{
    int apart = beat->peak != ecg_chain_peaks[number] || beat->klass != ecg_chain_classes[number];
    for (unsigned k = 0; k < ECG_CHAIN_OUTPUTS; k++)
        apart |= beat->potentials[k] != ecg_chain_potentials[number * ECG_CHAIN_OUTPUTS + k];
    return apart;
}

int main(void)
{
    ecg_chain_beat beat;
    unsigned told = 0;
    int failed = ecg_chain_init(&chain);
    for (unsigned k = 0; k < ECG_CHAIN_GIVEN; k++)
        if (ecg_chain_push(&chain, ecg_chain_samples[k], &beat) & ECG_CHAIN_BEAT) {
            failed |= told >= ECG_CHAIN_ANSWERS || differs(&beat, told);
            told++;
        }
    leave(failed || told != ECG_CHAIN_ANSWERS);
    return 0;
}

extern char ecg_chain_stack[];

void reset(void)
{
    (void)main();
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void *const vectors[2] = {ecg_chain_stack, (void *)(uintptr_t)reset};
