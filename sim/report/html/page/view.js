// Which stretch of the record is seen, in seconds, and which beat is chosen; who draws is told of changes.

const SHORTEST = 1;
const view = {first: 0, span: Math.min(10, duration), chosen: null};
const watchers = [];
let waiting = false, gliding = 0;

function watch(draw) {
  watchers.push(draw);
}

function changed() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const draw of watchers) draw();
  });
}

function look(first, span = view.span) {
  gliding++; // ends a glide that is under way
  place(first, span);
}

function place(first, span = view.span) {
  view.span = Math.min(Math.max(span, Math.min(SHORTEST, duration)), duration);
  view.first = Math.min(Math.max(first, 0), duration - view.span);
  changed();
}

// Move there within a fifth of a second, so that the eye can follow; at once if it is far, or motion is not wanted.
function glide(first) {
  const from = view.first, to = Math.min(Math.max(first, 0), duration - view.span), mine = ++gliding;
  const far = Math.abs(to - from) > 3 * view.span;
  if (far || matchMedia("(prefers-reduced-motion: reduce)").matches) return place(to);
  const begin = performance.now();
  const step = (now) => {
    if (mine !== gliding) return;
    const done = Math.min(Math.max((now - begin) / 200, 0), 1);
    place(done < 1 ? from + (to - from) * (1 - (1 - done) ** 3) : to);
    if (done < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function zoom(factor, about = view.first + view.span / 2) {
  const span = Math.min(Math.max(view.span * factor, SHORTEST), duration);
  look(about - (about - view.first) * span / view.span, span);
}

// Choose a beat or an event; bring it to the middle if asked, or if it is near an edge.
function choose(what, middle = false) {
  view.chosen = what;
  const share = (what.time - view.first) / view.span;
  if (middle || share < 0.08 || share > 0.92) glide(what.time - view.span / 2);
  changed();
}

// The place of the first of `sorted` that is at `time` or later.
function since(sorted, time) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The next of `sorted` after what is chosen, or after the middle of what is seen; before it, if ahead is -1.
function step(sorted, ahead) {
  if (!sorted.length) return;
  const now = view.chosen ? view.chosen.time : view.first + view.span / 2;
  let next = since(sorted, now);
  if (ahead < 0) next -= 1;
  else while (next < sorted.length && (sorted[next] === view.chosen || sorted[next].time <= now)) next++;
  if (sorted[next]) choose(sorted[next]);
}
