// The record as Python gave it, and words for its beats.

const record = JSON.parse(document.getElementById("record").textContent);

const codes = (() => {
  const bytes = Uint8Array.from(atob(record.codes), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer); // little-endian, as are the processors that browsers run on
})();
const duration = codes.length / record.rate; // seconds

const events = record.events.map((event) => ({
  ...event, time: event.first / record.rate, end: event.last / record.rate,
}));

// One object a beat: {at, told, annotated, ..., time, wrong}; -1 where there is none.
const beats = record.beats.at.map((_, index) => {
  const beat = {index};
  for (const name in record.beats) beat[name] = record.beats[name][index];
  beat.verdict = record.verdicts[beat.verdict];
  beat.time = (beat.at >= 0 ? beat.at : beat.annotated_at) / record.rate;
  beat.wrong = ["other", "missed", "extra"].includes(beat.verdict);
  beat.shown = beat.told >= 0 ? beat.told : beat.annotated; // the class by which it is listed
  beat.during = events.find((event) => event.time <= beat.time && beat.time <= event.end);
  return beat;
});

function clock(seconds, digits = 0) {
  const unit = 10 ** digits, parts = Math.round(seconds * unit);
  const whole = Math.floor(parts / unit), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const rest = (parts / unit - 60 * Math.floor(whole / 60)).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function interval(beat) {
  return beat.interval > 0 ? beat.interval / record.rate : null;
}

function annotation(beat) {
  const name = record.classes[beat.annotated], meaning = record.names[beat.symbol];
  return meaning ? `${name} (${meaning})` : name;
}

// What is said of a beat beside its class, in few words.
function remark(beat) {
  const name = record.classes[beat.annotated];
  return {
    agree: record.names[beat.symbol] || "",
    other: `annotated ${name}`,
    missed: `${name} missed${beat.during ? `, ${beat.during.what}` : ""}`,
    extra: "extra, none annotated",
    open: beat.annotated >= 0 ? "annotated without a class" : record.annotated ? "not scored" : "",
  }[beat.verdict];
}
