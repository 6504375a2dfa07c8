/* What the panel shows now: its tabs and pages, and the card with what it was opened from. */

export const view = {
  tabs: new Map(),
  pages: new Map(),
  card: null,
  from: null,
  current: "briefing",
  refresh: () => null,
};
