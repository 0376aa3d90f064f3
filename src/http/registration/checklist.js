// Looks every other second whether the set-up's checklist has changed, and puts in what has: nothing is loaded anew, so that whoever reads
// or listens to the page stays where they are. It ends when all is done. Without a script, the page loads itself again.
"use strict";

const EVERY = 2000;
const parts = (main) => [...main.querySelectorAll("p, li")];

const look = async () => {
  const now = document.querySelector("main");
  try {
    const answer = await fetch("/setup", { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const [old, fresh] = [parts(now), parts(next)];
    if (old.length !== fresh.length) now.replaceChildren(...next.childNodes);
    else old.forEach((part, at) => { if (part.outerHTML !== fresh[at].outerHTML) part.replaceWith(fresh[at]); });
  } catch {
    // skep is away for a moment, or for good: what was seen last stays.
  }
  if (!document.querySelector("main strong")) setTimeout(look, EVERY);
};

setTimeout(look, EVERY);
