// The whole record in one line: what was not read or disagrees, the ECG, and every beat that is not normal.

let envelope = null; // of [width, lowest and highest code of each column]

function drawOverview() {
  const {pen, width, height} = blank("overview"), top = 14, floor = height - 32;
  const x = (time) => time / duration * width;
  const y = (code) => top + (range[1] - Math.min(Math.max(code, range[0]), range[1])) / (range[1] - range[0]) * (floor - top);
  const columns = Math.ceil(width), each = codes.length / columns;
  if (!envelope || envelope.length !== columns) {
    envelope = Array.from({length: columns}, (_, at) => extremes(Math.floor(at * each), Math.floor((at + 1) * each) + 1));
  }
  pen.fillStyle = colour("paper");
  pen.fillRect(0, 0, width, height - 16);
  pen.fillStyle = "#aab6bd";
  envelope.forEach(([low, high], at) => pen.fillRect(at, y(high), 1, Math.max(y(low) - y(high), 1)));
  for (const event of events) hatch(pen, x(event.time), 0, Math.max(x(event.end) - x(event.time), 2), height - 16);
  for (const [first, last] of record.flutter) {
    hatch(pen, x(first / record.rate), 0, Math.max(x((last - first) / record.rate), 2), height - 16);
  }
  for (const beat of beats) {
    if (beat.shown) {
      pen.fillStyle = record.colours[beat.shown];
      pen.fillRect(x(beat.time) - 0.5, floor + 3, 1, 11);
    }
    if (beat.wrong) {
      pen.fillStyle = colour("wrong");
      pen.fillRect(x(beat.time) - 0.75, 2, 1.5, 10);
    }
  }
  markView(pen, width, height - 16);
  timeline(pen, width, height);
}
