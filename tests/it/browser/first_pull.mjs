// Sets skep up in Chromium as somebody does who reads what is there: presses what has to be pressed, and types nothing. Prints as JSON, on
// its last line, what the pages saw of a person (clicks, typing, fields to fill in), what is wrong with them, and when what was there.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const tools = process.env.SKEP_TEST_BROWSER;
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const order = JSON.parse(process.argv[2]);
const seen = { clicks: [], typed: [], fields: [], wrong: [], milliseconds: {} };
const began = performance.now();
const mark = (name) => { seen.milliseconds[name] = Math.round(performance.now() - began); };
const PATIENCE = { timeout: 120000 };

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const own = await browser.newContext({ viewport: { width: 1280, height: 900 } });
await own.exposeBinding("skepSaw", (_, kind, what) => { (kind === "click" ? seen.clicks : seen.typed).push(what); });
// Counted where they arrive, so that nothing is left out by whoever drives.
await own.addInitScript(() => {
  const tell = window.skepSaw;
  for (const kind of ["click", "keydown", "input", "paste"]) {
    const report = (event) => { if (event.isTrusted) tell(kind, event.target.textContent.trim() || event.target.name); };
    window.addEventListener(kind, report, true);
  }
});
let here = "the page";
const page = await own.newPage();
page.on("pageerror", (error) => seen.wrong.push(`${here}: ${error}`));
page.on("console", (line) => {
  if (line.type() === "error" && !line.location().url.endsWith("/favicon.ico")) seen.wrong.push(`${here}: console: ${line.text()}`);
});

const looks = ["light", "dark"];
const widths = [1280, 390, 320];
// Both themes, several widths, and axe, each in a context of its own: axe is not let in by the page's policy.
const judge = async (name) => {
  const count = await page.locator("input:visible, textarea:visible, select:visible").count();
  if (count) seen.fields.push(`${name}: ${count}`);
  if (!order.judge) return;
  if (order.pictures) mkdirSync(order.pictures, { recursive: true });
  const axe = readFileSync(join(tools, "node_modules/axe-core/axe.min.js"), "utf8");
  for (const colorScheme of looks) {
    const other = await browser.newContext({ colorScheme, bypassCSP: true });
    const copy = await other.newPage();
    await copy.goto(order.address);
    await copy.evaluate(axe);
    const found = await copy.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const one of found.violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
      seen.wrong.push(`${name} (${colorScheme}): axe: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
    }
    for (const width of widths) {
      await copy.setViewportSize({ width, height: 900 });
      const wide = await copy.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) seen.wrong.push(`${name} (${colorScheme}): ${wide} px wide at ${width}`);
      if (order.pictures && width > 320) await copy.screenshot({ path: join(order.pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    }
    await other.close();
  }
};

mark("browser");
await page.goto(order.address);
mark("page");
await judge("setup");
here = "to GitHub";
await page.getByRole("button", { name: order.register }).click();
here = "GitHub's page";
const install = page.getByRole("button", { name: order.install });
await install.waitFor(PATIENCE);
mark("registered");
await judge("setup-open");
await install.click();
here = "the checklist";
await page.waitForURL("**/setup?installation_id=*");
await page.evaluate(() => { window.stays = true; });
await page.getByText(order.complete).waitFor(PATIENCE);
mark("complete");
if (!(await page.evaluate(() => window.stays === true))) seen.wrong.push("the checklist was loaded again");
await judge("setup-done");
const rows = await page.locator("li.done").count();
if (rows < 5) seen.wrong.push(`only ${rows} lines are done`);
await browser.close();
console.log(JSON.stringify(seen));
