// Everything is made once, and drawn again when the view changes.

const SPANS = [5, 10, 30, 120]; // seconds that a strip may show at a touch

function makeButtons() {
  const box = document.getElementById("spans");
  for (const span of [...SPANS.filter((span) => span < duration), duration]) {
    const button = element("button", span === duration ? "all" : span < 60 ? `${span} s` : `${span / 60} min`);
    button.type = "button";
    button.dataset.span = span;
    button.addEventListener("click", () => zoomTo(span));
    box.append(button);
  }
  const press = (id, action) => document.getElementById(id).addEventListener("click", action);
  press("before", () => step(beats, -1));
  press("after", () => step(beats, 1));
  press("wider", () => zoom(2, middle()));
  press("closer", () => zoom(0.5, middle()));
}

// About which the strip is zoomed: what is chosen if it is seen, else the middle.
function middle() {
  const chosen = view.chosen?.time;
  return chosen >= view.first && chosen <= view.first + view.span ? chosen : view.first + view.span / 2;
}

function zoomTo(span) {
  zoom(span / view.span, middle());
}

function markSpan() {
  for (const button of document.getElementById("spans").children) {
    button.setAttribute("aria-pressed", Math.abs(button.dataset.span - view.span) < 0.01);
  }
}

function handleKeys() {
  const keys = {
    ArrowLeft: (event) => step(event.shiftKey ? items : beats, -1),
    ArrowRight: (event) => step(event.shiftKey ? items : beats, 1),
    "+": () => zoom(0.5, middle()), "=": () => zoom(0.5, middle()), "-": () => zoom(2, middle()),
    Home: () => glide(0), End: () => glide(duration),
  };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action(event);
  });
}

makeHead();
makeLegend();
makeButtons();
makeFilters();
makeList();
record.tables.forEach(makeTable);
if (record.power) makePower(record.power);
if (record.facts.length) makeFacts(record.facts);
for (const draw of [drawStrip, drawOverview, drawTachogram, markSpan, showChosen]) watch(draw);
handleStrip();
movesStrip("overview");
movesStrip("tachogram");
handleKeys();
if (innerWidth < 600) place(0, 5); // a phone has room for few beats
addEventListener("resize", changed);
changed();
