// Takes over the pieces of a page that changed. Without it every page is whole; it must never write what did not come from this host
// as a piece, nor take away what somebody is typing.
"use strict";
(() => {
  const live = document.body.dataset.live;
  const says = document.getElementById("live");
  if (!live || !window.EventSource) return;

  // What was taken over last, by id.
  const taken = new Map();

  const element = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };

  // What is folded out stays so, and the keyboard stays where it was.
  const keep = (from, to) => {
    for (const open of from.querySelectorAll("details[open][id]")) {
      const same = to.querySelector("#" + CSS.escape(open.id));
      if (same) same.open = true;
    }
  };

  // Lists whose items have ids: the items that did not change are left alone.
  const merge = (from, to) => {
    const known = new Map([...from.children].map((item) => [item.id, item]));
    let place = from.firstElementChild;
    for (const item of [...to.children]) {
      const same = known.get(item.id);
      known.delete(item.id);
      if (same && same.dataset.was === item.outerHTML) {
        if (same !== place) from.insertBefore(same, place);
        else place = place.nextElementSibling;
        continue;
      }
      item.dataset.was = item.outerHTML;
      if (same) {
        keep(same, item);
        if (same === place) place = place.nextElementSibling;
        same.replaceWith(item);
      } else from.insertBefore(item, place);
    }
    for (const gone of known.values()) gone.remove();
  };

  const take = ({ id, html }) => {
    const old = document.getElementById(id);
    const fresh = element(html);
    if (!old || !fresh || taken.get(id) === html) return;
    taken.set(id, html);
    const list = old.querySelector("[data-keyed]");
    const next = fresh.querySelector("[data-keyed]");
    const atEnd = list && window.innerHeight + window.scrollY >= document.body.offsetHeight - 120;
    if (list && next) {
      merge(list, next);
      next.replaceWith(list);
      for (const part of [...old.children]) if (part !== list && !part.contains(list)) part.remove();
      const parts = [...fresh.children];
      const middle = parts.indexOf(list);
      old.append(...parts.slice(0, middle), list, ...parts.slice(middle + 1));
      old.hidden = fresh.hidden;
    } else {
      const focus = old.contains(document.activeElement) ? document.activeElement : null;
      const where = focus && [...old.querySelectorAll("a,button,summary,[tabindex]")].indexOf(focus);
      keep(old, fresh);
      old.replaceWith(fresh);
      if (focus && where >= 0) {
        const again = fresh.querySelectorAll("a,button,summary,[tabindex]")[where];
        if (again) again.focus({ preventScroll: true });
      }
    }
    if (atEnd) window.scrollTo(0, document.body.scrollHeight);
    if (id === "act-now") acts();
    if (id === "needs") title();
  };

  // The forms belong to whoever signed in, so they are asked for when they change.
  const acts = async () => {
    const now = document.getElementById("act-now");
    const act = document.getElementById("act");
    if (!now || !act || now.dataset.stamp === act.dataset.stamp) return;
    const typed = [...act.querySelectorAll("textarea")].some((field) => field.value);
    const chosen = act.querySelector("input:checked");
    if (typed || chosen || act.contains(document.activeElement)) {
      document.getElementById("act-news").hidden = false;
      return;
    }
    const page = await fetch(location.href, { credentials: "same-origin" });
    if (!page.ok) return;
    const whole = new DOMParser().parseFromString(await page.text(), "text/html");
    const fresh = whole.getElementById("act");
    if (fresh) act.replaceWith(document.adoptNode(fresh));
  };

  const title = () => {
    const count = document.querySelector("#needs .count");
    if (!count) return;
    const rest = document.title.replace(/^\(\d+\) /, "");
    const needs = count.textContent.trim();
    document.title = needs === "0" ? rest : `(${needs}) ${rest}`;
  };

  const tell = (on) => {
    const words = on ? says.dataset.on : says.dataset.off;
    if (says && says.textContent !== words) says.textContent = words;
  };

  // A page in the background takes no connection.
  let source = null;
  let lost = 0;
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(live);
    source.onopen = () => { clearTimeout(lost); tell(true); };
    source.onerror = () => {
      clearTimeout(lost);
      lost = setTimeout(() => tell(false), 5000);
      if (source && source.readyState === EventSource.CLOSED) { source = null; setTimeout(open, 5000); }
    };
    source.addEventListener("piece", (event) => take(JSON.parse(event.data)));
  };
  const close = () => { if (source) source.close(); source = null; };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
