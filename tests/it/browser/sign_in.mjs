// Signs in with GitHub in Chromium, from one site to another and back, answers a question in one's own name, follows a link from elsewhere,
// and signs out. Prints what it found wrong as JSON, on its last line.
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
let here = "";
const watch = (page) => {
  page.on("pageerror", (error) => wrong.push(`${here}: ${error}`));
  page.on("console", (line) => {
    const text = line.text();
    if (line.type() === "error" && !/status of 404|favicon/.test(text)) wrong.push(`${here}: console: ${text}`);
  });
};

for (const theme of ["light", "dark"]) {
  here = `the form (${theme})`;
  const own = await browser.newContext({ baseURL: order.base, colorScheme: theme, viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const page = await own.newPage();
  watch(page);
  await page.goto("/sign-in?back=%2Fqueue");
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const one of found.violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
    wrong.push(`${here}: axe: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  }
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) wrong.push(`${here}: ${wide} px wide at ${width}`);
    if (pictures && width > 320) await page.screenshot({ path: join(pictures, `github-${theme}-${width}.png`), fullPage: true });
  }
  await own.close();
}

// The policy of the pages holds here.
const own = await browser.newContext({ baseURL: order.base, viewport: { width: 1280, height: 900 } });
const page = await own.newPage();
watch(page);
here = "to GitHub and back";
await page.goto(`/sign-in?back=${encodeURIComponent(order.asks)}`);
await page.getByRole("link", { name: "Sign in with GitHub" }).click();
await page.getByRole("button", { name: "Authorize as ana" }).click();
await page.waitForURL(`${order.base}${order.asks}`);
await page.getByText("You are signed in as ana").waitFor();
if ((await own.cookies(order.base)).some((one) => one.name.includes("way"))) wrong.push("the way's cookie is there still");

here = "an answer";
await page.getByRole("radio").nth(1).check();
await page.getByRole("button", { name: "Answer question 1" }).click();
await page.locator(".news").getByText("answered").waitFor();

here = "a link from elsewhere";
await page.goto(order.github);
await page.evaluate((to) => { const link = document.createElement("a"); link.href = to; link.textContent = "on the dashboard"; document.body.append(link); }, `${order.base}${order.asks}`);
await page.getByRole("link", { name: "on the dashboard" }).click();
await page.waitForURL(`${order.base}${order.asks}`);
await page.getByRole("button", { name: "Sign out" }).waitFor();

here = "signing out";
await page.getByRole("button", { name: "Sign out" }).click();
await page.getByRole("link", { name: "Sign in" }).waitFor();

here = "a no";
await page.goto("/sign-in");
await page.getByRole("link", { name: "Sign in with GitHub" }).click();
await page.getByRole("button", { name: "Cancel" }).click();
await page.getByText("you did not allow it").waitFor();
await browser.close();
console.log(JSON.stringify(wrong.filter((line) => !/status of 403/.test(line))));
