/* The marks that stand on the page one by one follow the filter and the days. Labels stay
   where they are: what moves while one looks at something else only disturbs. */
function followEvents() {
  if (!A.events) return;
  let asked = false;
  A.events.onChange(({ why }) => {
    if (why === "start" || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      for (const layer of layerNamed("event")) if (layer.shown) layoutEvents(layer, homes.get(layer.name), []);
      followSomewhere();
      remark();
    });
  });
}

/* Areas and stretches go when none of their events is left; their words count those that are. */
function followSomewhere() {
  for (const layer of layerNamed("somewhere")) {
    for (const feature of layer.features) {
      const n = feature.details.filter((key) => A.events.shows(key)).length;
      for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll("[data-key]")) {
        if (node.dataset.key !== feature.key) continue;
        node.classList.toggle("is-past", !n);
        if (n && node.tagName === "text") node.textContent = n === 1 ? word("map.somewhere_1") : fill("map.somewhere", { n });
      }
    }
  }
}
