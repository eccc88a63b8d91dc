// What the three drawings share.

const styles = getComputedStyle(document.documentElement);
const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";

// An empty canvas at the screen's own resolution; sizes are CSS pixels.
function blank(id) {
  const canvas = document.getElementById(id), dots = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  const across = Math.round(width * dots), down = Math.round(height * dots);
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const pen = canvas.getContext("2d");
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, width, height);
  return {pen, width, height};
}

function write(pen, text, x, y, {ink = colour("quiet"), size = 11, weight = 400, align = "left"} = {}) {
  pen.fillStyle = ink;
  pen.font = `${weight} ${size}px ${FONT}`;
  pen.textAlign = align;
  pen.textBaseline = "middle";
  pen.fillText(text, x, y);
}

function line(pen, x, y, toX, toY, ink, width = 1) {
  pen.strokeStyle = ink;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.stroke();
}

// Grey stripes: what the chip did not take, or nobody scored.
function hatch(pen, x, y, width, height) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.fillStyle = "rgba(120, 135, 145, 0.10)";
  pen.fillRect(x, y, width, height);
  for (let at = x - height - ((x - height) % 8); at < x + width; at += 8) {
    line(pen, at, y + height, at + height, y, colour("hatch"));
  }
  pen.restore();
}

// The lowest and highest codes from one sample to another, not including it.
function extremes(first, last) {
  let low = Infinity, high = -Infinity;
  for (let at = Math.max(first, 0); at < Math.min(last, codes.length); at++) {
    const code = codes[at];
    if (code < low) low = code;
    if (code > high) high = code;
  }
  return [low, high];
}

// Codes between which nearly all of the record is, at least 1.5 mV apart.
const range = (() => {
  const every = Math.ceil(codes.length / 50000);
  const some = codes.filter((_, at) => at % every === 0).sort();
  const low = some[Math.floor(0.0005 * some.length)], high = some[Math.ceil(0.9995 * some.length) - 1];
  const more = Math.max(0, 1.5 * record.gain - (high - low)) / 2, edge = 0.06 * (high - low);
  return [low - more - edge, high + more + edge];
})();

// Times at which an axis is marked, at least `apart` pixels from each other.
function ticks(first, span, width, apart) {
  const steps = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
  const by = steps.find((step) => step / span * width >= apart) || 7200;
  const found = [];
  for (let at = Math.ceil(first / by - 1e-9) * by; at <= first + span; at += by) found.push(at);
  return found;
}

// A word on an axis, which stays inside at either end.
function mark(pen, word, x, y, width) {
  write(pen, word, x, y, {align: x < 16 ? "left" : x > width - 18 ? "right" : "center"});
}

// Marks of time below a drawing of the whole record.
function timeline(pen, width, height) {
  for (const at of ticks(0, duration, width, 70)) mark(pen, clock(at), at / duration * width, height - 7, width);
}

// A finger or a mouse on a drawing of the whole record moves the strip there.
function movesStrip(id) {
  const canvas = document.getElementById(id);
  const go = (event) => {
    const place = canvas.getBoundingClientRect();
    look((event.clientX - place.left) / place.width * duration - view.span / 2);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons && go(event));
}

// Where the strip is, on a drawing of the whole record.
function markView(pen, width, height) {
  const x = view.first / duration * width, wide = Math.max(view.span / duration * width, 3);
  pen.fillStyle = colour("window");
  pen.fillRect(x, 0, wide, height);
  pen.strokeStyle = colour("accent");
  pen.lineWidth = 1.5;
  pen.strokeRect(x, 0.75, wide, height - 1.5);
}
