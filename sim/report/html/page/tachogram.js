// R-R intervals over the whole record: a rhythm is a line, premature beats and their pauses stand out.

const SHORT = 0.3, LONG = 1.5; // seconds, which are always on the scale

const scale = (() => {
  const found = beats.map(interval).filter(Boolean).sort((one, other) => one - other);
  const low = found[Math.floor(0.002 * found.length)], high = found[Math.ceil(0.998 * found.length) - 1];
  return found.length ? [Math.max(0, Math.min(SHORT, low - 0.05)), Math.max(LONG, Math.min(high + 0.1, 3))] : [SHORT, LONG];
})();

function drawTachogram() {
  const {pen, width, height} = blank("tachogram"), floor = height - 18, top = 6;
  const x = (time) => time / duration * width;
  const y = (seconds) => {
    const inside = Math.min(Math.max(seconds, scale[0]), scale[1]);
    return top + (scale[1] - inside) / (scale[1] - scale[0]) * (floor - top);
  };
  pen.fillStyle = colour("paper");
  pen.fillRect(0, 0, width, height - 16);
  const by = scale[1] - scale[0] > 2 ? 10 : 5, marks = []; // tenths of a second
  for (let tenths = by * Math.ceil(Math.max(10 * scale[0], 1) / by); tenths / 10 <= scale[1]; tenths += by) marks.push(tenths);
  for (const tenths of marks) {
    line(pen, 0, Math.round(y(tenths / 10)) + 0.5, width, Math.round(y(tenths / 10)) + 0.5, colour("edge"));
  }
  const small = beats.length > 500 ? 1 : 1.75;
  for (const normal of [true, false]) { // the others lie above
    for (const beat of beats) {
      if (beat.at < 0 || !interval(beat) || (beat.told === 0) !== normal) continue;
      pen.fillStyle = record.colours[beat.told];
      pen.beginPath();
      pen.arc(x(beat.time), y(interval(beat)), normal ? small : small + 0.5, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  for (const tenths of marks) {
    const label = {ink: colour("quiet"), size: 10};
    pen.fillStyle = "rgba(244, 246, 247, 0.8)";
    pen.fillRect(2, y(tenths / 10) + 2, 30, 13);
    pen.fillRect(width - 44, y(tenths / 10) + 2, 42, 13);
    write(pen, `${(tenths / 10).toFixed(1)} s`, 4, y(tenths / 10) + 9, label);
    write(pen, `${Math.round(600 / tenths)}/min`, width - 4, y(tenths / 10) + 9, {...label, align: "right"});
  }
  markView(pen, width, height - 16);
  timeline(pen, width, height);
}
