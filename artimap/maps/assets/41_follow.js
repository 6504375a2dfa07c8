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

/* Areas and stretches go when none of their events is left. */
function followSomewhere() {
  for (const layer of layerNamed("somewhere")) {
    for (const feature of layer.features) {
      const gone = !feature.details.some((key) => A.events.shows(key));
      for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll("[data-key]")) {
        if (node.dataset.key === feature.key) node.classList.toggle("is-past", gone);
      }
    }
  }
}
