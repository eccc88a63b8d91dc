// The ECG as on paper: 25 mm a second would be 5 mm a big square. Above it, what the chip said and what is annotated.

const LANE = 22, TOP = 2 * LANE + 6, BOTTOM = 24; // pixels
const gutter = (width) => width < 500 ? 46 : 66; // for the names of the rows, and of the scale

function drawStrip() {
  const {pen, width: whole, height} = blank("strip"), floor = height - BOTTOM, width = whole - gutter(whole);
  const x = (time) => (time - view.first) / view.span * width;
  const y = (code) => TOP + (range[1] - Math.min(Math.max(code, range[0]), range[1])) / (range[1] - range[0]) * (floor - TOP);
  const spacing = width / view.span * 0.6; // pixels between beats at 100 a minute
  names(pen, gutter(whole), y);
  pen.translate(gutter(whole), 0);
  const marks = ticks(view.first, view.span, width, 64), digits = marks[1] - marks[0] < 0.9 ? 1 : 0;
  for (const at of marks) mark(pen, clock(at, digits), x(at), height - BOTTOM / 2, width);
  pen.beginPath();
  pen.rect(0, 0, width, floor);
  pen.save();
  pen.clip();
  paper(pen, width, floor, x, y);
  for (const event of events) unread(pen, x(event.time), x(event.end), floor, event.what);
  for (const [first, last] of record.flutter) {
    unread(pen, x(first / record.rate), x(last / record.rate), floor, "flutter, not scored");
  }
  const seen = beats.slice(since(beats, view.first - 0.5), since(beats, view.first + view.span + 0.5));
  for (const beat of seen) if (beat.wrong) {
    const wide = Math.max(Math.min(0.3 * width / view.span, 40), 2);
    pen.fillStyle = colour("wrong-pale");
    pen.fillRect(x(beat.time) - wide / 2, 0, wide, floor);
  }
  if (view.chosen) {
    const wide = view.chosen.end ? 0 : Math.max(Math.min(0.3 * width / view.span, 40), 6);
    pen.strokeStyle = colour("accent");
    pen.lineWidth = 1.5;
    pen.strokeRect(x(view.chosen.time) - wide / 2, 1, wide, floor - 2);
  }
  trace(pen, width, x, y);
  lanes(pen, width, x, [...seen].sort((one, other) => (other.told === 0) - (one.told === 0)), spacing); // N below
  intervals(pen, x, seen, floor);
  pen.restore();
  const canvas = document.getElementById("strip"), last = view.first + view.span;
  canvas.dataset.first = view.first;
  canvas.dataset.last = last;
  const said = `${clock(view.first, 1)} to ${clock(last, 1)}`;
  canvas.setAttribute("aria-label", `ECG from ${said}, ${seen.length} beats`);
  document.getElementById("where").textContent = said.replace(" to ", " – ");
}

function paper(pen, width, floor, x, y) {
  pen.fillStyle = "#fffdfc";
  pen.fillRect(0, TOP, width, floor - TOP);
  const square = 0.2 / view.span * width, millivolt = y(0) - y(record.gain);
  const down = (seconds, ink) => {
    for (let n = Math.ceil(view.first / seconds); n * seconds <= view.first + view.span; n++) {
      const at = Math.round(x(n * seconds)) + 0.5;
      line(pen, at, TOP, at, floor, ink);
    }
  };
  const across = (share, ink) => {
    const size = share * record.gain;
    for (let n = Math.ceil((range[0] - record.zero) / size); record.zero + n * size <= range[1]; n++) {
      const at = Math.round(y(record.zero + n * size)) + 0.5;
      line(pen, 0, at, width, at, ink);
    }
  };
  if (square >= 20) down(0.04, colour("grid"));
  if (square >= 20 && millivolt >= 40) across(0.1, colour("grid"));
  if (square >= 6) down(0.2, colour("grid-strong"));
  else for (const at of ticks(view.first, view.span, width, 64)) line(pen, x(at), TOP, x(at), floor, colour("grid-strong"));
  across(0.5, colour("grid-strong"));
}

// To the left of the drawing: which row is whose, and the scale.
function names(pen, wide, y) {
  const right = {align: "right"};
  write(pen, "chip", wide - 8, LANE / 2, right);
  if (record.annotated) write(pen, wide < 60 ? "ann." : "annotated", wide - 8, LANE * 1.5, right);
  for (let millivolts = -20; millivolts <= 20; millivolts++) {
    const code = record.zero + millivolts * record.gain;
    if (code > range[0] && code < range[1]) write(pen, `${millivolts} mV`.replace("-", "−"), wide - 8, y(code), right);
  }
}

function trace(pen, width, x, y) {
  const rate = record.rate, first = Math.floor(view.first * rate), last = Math.ceil((view.first + view.span) * rate);
  pen.strokeStyle = view.span > 180 ? "#75858f" : colour("trace"); // so many beats are a grey band
  pen.lineJoin = "round";
  pen.lineWidth = 1.25;
  pen.beginPath();
  if ((last - first) / width <= 2) {
    for (let at = Math.max(first, 0); at <= Math.min(last, codes.length - 1); at++) pen.lineTo(x(at / rate), y(codes[at]));
  } else { // a column of pixels has several samples: from the lowest to the highest
    const columns = Math.ceil(width), each = view.span * rate / columns;
    for (let column = 0; column < columns; column++) {
      const from = Math.floor(view.first * rate + column * each);
      const [low, high] = extremes(from, Math.max(from + 1, Math.floor(view.first * rate + (column + 1) * each) + 1));
      if (low > high) continue;
      pen.lineTo(column, y(low));
      pen.lineTo(column, y(high));
    }
  }
  pen.stroke();
}

// Classes of each beat, in two rows; ticks instead of letters where there is no room.
function lanes(pen, width, x, seen, spacing) {
  pen.fillStyle = "#fff";
  pen.globalAlpha = 0.55;
  pen.fillRect(0, 0, width, TOP - 4);
  pen.globalAlpha = 1;
  const rows = record.annotated ? ["told", "annotated"] : ["told"];
  rows.forEach((row, place) => {
    const middle = LANE / 2 + place * LANE;
    for (const beat of seen) {
      const ink = record.colours[beat[row]];
      const at = x(row === "annotated" && beat.annotated >= 0 ? beat.annotated_at / record.rate : beat.time);
      if (beat[row] < 0) absent(pen, at, middle, spacing, beat.wrong);
      else if (spacing >= 12) {
        write(pen, record.classes[beat[row]], at, middle, {ink, size: 13, weight: beat[row] ? 700 : 500, align: "center"});
      } else {
        pen.fillStyle = ink;
        const tall = beat[row] ? 14 : 6;
        pen.fillRect(at - 0.75, middle - tall / 2, 1.5, tall);
      }
    }
  });
}

// A ring where the other has a beat: missed by the chip, or not annotated.
function absent(pen, at, middle, spacing, wrong) {
  if (!wrong) return;
  pen.strokeStyle = colour("wrong");
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.arc(at, middle, spacing >= 12 ? 5 : 2, 0, 2 * Math.PI);
  pen.stroke();
}

function intervals(pen, x, seen, floor) {
  const found = seen.filter((beat) => beat.at >= 0 && interval(beat));
  for (const beat of found) {
    const wide = x(beat.time) - x(beat.time - interval(beat));
    if (wide >= 46) write(pen, interval(beat).toFixed(2), x(beat.time) - wide / 2, floor - 9, {align: "center"});
  }
}

function unread(pen, from, to, floor, what) {
  if (to < 0 || from > pen.canvas.clientWidth) return;
  hatch(pen, from, 0, Math.max(to - from, 1), floor);
  pen.font = `600 11px ${FONT}`;
  const left = Math.max(from, 0) + 8;
  if (to - left > pen.measureText(what).width) write(pen, what, left, TOP + 12, {ink: colour("ink"), weight: 600});
}

// Drag to move, two fingers or ctrl and wheel to zoom, click to choose.
function handleStrip() {
  const canvas = document.getElementById("strip"), fingers = new Map();
  let moved = 0;
  const seconds = (pixels) => pixels / (canvas.clientWidth - gutter(canvas.clientWidth)) * view.span;
  const timeAt = (clientX) => {
    const left = canvas.getBoundingClientRect().left + gutter(canvas.clientWidth);
    return view.first + seconds(clientX - left);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.get(event.pointerId), by = event.clientX - before;
    const other = [...fingers].find(([id]) => id !== event.pointerId);
    moved += Math.abs(by);
    if (other) {
      const apart = Math.abs(before - other[1]), now = Math.abs(event.clientX - other[1]);
      if (apart > 10 && now > 10) zoom(apart / now, timeAt(other[1]));
    } else if (moved > 3) look(view.first - seconds(by));
    fingers.set(event.pointerId, event.clientX);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (fingers.size === 1 && moved <= 3) nearest(timeAt(event.clientX));
    fingers.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
    if (!event.ctrlKey && !sideways) return; // the page scrolls
    event.preventDefault();
    if (event.ctrlKey) zoom(Math.exp(event.deltaY / 300), timeAt(event.clientX));
    else look(view.first + seconds(sideways));
  }, {passive: false});
}

function nearest(time) {
  const after = since(beats, time), near = [beats[after - 1], beats[after]].filter(Boolean);
  near.sort((one, other) => Math.abs(one.time - time) - Math.abs(other.time - time));
  if (near.length && Math.abs(near[0].time - time) <= Math.max(0.4, 0.03 * view.span)) choose(near[0]);
}
