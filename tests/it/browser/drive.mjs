// Opens every page of a dashboard in Chromium, in both themes and at several widths, looks for what is wrong with it, answers a question
// by the keyboard and waits for what comes of it without a reload. Prints what it found wrong as JSON, on its last line.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const tools = process.env.SKEP_TEST_BROWSER;
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(join(tools, "node_modules/axe-core/axe.min.js"), "utf8");
const order = JSON.parse(process.argv[2]);
const wrong = [];
const pictures = order.pictures;
if (pictures) mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

const watch = (page, where) => {
  page.on("pageerror", (error) => wrong.push(`${where()}: ${error}`));
  page.on("console", (line) => {
    const text = line.text();
    if (line.type() === "error" && !/status of (404|403|409)/.test(text)) wrong.push(`${where()}: console: ${text}`);
  });
  page.on("dialog", (dialog) => { wrong.push(`${where()}: a dialog: ${dialog.message()}`); dialog.dismiss(); });
};

const context = async (theme, width) =>
  browser.newContext({ baseURL: order.base, colorScheme: theme, viewport: { width, height: 900 }, bypassCSP: true });

for (const theme of ["light", "dark"]) {
  const own = await context(theme, 1280);
  const page = await own.newPage();
  let here = "";
  watch(page, () => here);
  for (const [name, path] of order.pages) {
    here = `${name} (${theme})`;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(path);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const one of found.violations) {
      if (!["serious", "critical"].includes(one.impact)) continue;
      wrong.push(`${here}: axe: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
    }
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) wrong.push(`${here}: ${wide} px wide at ${width}`);
      if (pictures && width > 320) await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`), fullPage: true });
    }
  }
  await own.close();
}

// The policy of the pages holds here, unlike above, where axe had to be let in.
const own = await browser.newContext({ baseURL: order.base, viewport: { width: 1280, height: 900 } });
const page = await own.newPage();
let here = "signing in";
watch(page, () => here);
await page.goto("/sign-in?back=" + encodeURIComponent(order.asks));
await page.getByLabel("Admin token").fill(order.token);
await page.keyboard.press("Enter");
await page.waitForURL("**" + order.asks);
await page.getByText("You are signed in").waitFor();

// Once more with the forms there, as only whoever signed in has them.
here = "the forms";
for (const theme of ["light", "dark"]) {
  const signed = await context(theme, 1280);
  await signed.addCookies(await own.cookies());
  const forms = await signed.newPage();
  watch(forms, () => here);
  await forms.goto(order.asks);
  await forms.evaluate(axe);
  const found = await forms.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const one of found.violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
    wrong.push(`forms (${theme}): axe: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  }
  for (const width of [1280, 390, 320]) {
    await forms.setViewportSize({ width, height: 900 });
    const wide = await forms.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) wrong.push(`forms (${theme}): ${wide} px wide at ${width}`);
    if (pictures && width > 320) await forms.screenshot({ path: join(pictures, `forms-${theme}-${width}.png`), fullPage: true });
  }
  await signed.close();
}

here = "the first stop of the keyboard";
await page.keyboard.press("Tab");
const first = await page.evaluate(() => document.activeElement.textContent);
if (!first.includes("Skip")) wrong.push(`the first stop is ${first}`);
await page.keyboard.press("Enter");
let reached = false;
for (let step = 0; step < 40 && !reached; step += 1) {
  await page.keyboard.press("Tab");
  reached = await page.evaluate(() => document.activeElement.name === "option");
}
if (!reached) wrong.push("the keyboard does not reach the options");
const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
if (ring === "none") wrong.push("the focus cannot be seen");

here = "a page that stays open";
const other = await own.newPage();
watch(other, () => here);
await other.goto(order.asks);
await other.evaluate(() => { window.stays = true; });
await page.bringToFront();
await page.keyboard.press("ArrowDown");
for (let step = 0; step < 10; step += 1) {
  await page.keyboard.press("Tab");
  if (await page.evaluate(() => document.activeElement.matches(".question button"))) break;
}
await page.keyboard.press("Enter");
await page.locator(".news").getByText("answered").waitFor();
await other.bringToFront();
await other.getByText("Taken: Postgres").waitFor({ timeout: 60000 });
await other.locator("#facts .state").getByText("completed").waitFor({ timeout: 60000 });
if (!(await other.evaluate(() => window.stays === true))) wrong.push("the page was loaded again");
if ((await other.locator("#act form.question").count()) !== 0) {
  await other.locator("#act form.question").waitFor({ state: "detached", timeout: 60000 });
}

// Without a script everything is there as well.
here = "without a script";
const plain = await browser.newContext({ baseURL: order.base, javaScriptEnabled: false });
const still = await plain.newPage();
await still.goto("/");
if (!(await still.getByRole("heading", { name: "Needs a person" }).count())) wrong.push("without a script there is no overview");
await browser.close();
console.log(JSON.stringify(wrong));
