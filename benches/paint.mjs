// Opens pages in Chromium, each again and again with an empty cache, and prints when they were painted first.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.SKEP_TEST_BROWSER, "package.json"));
const { chromium } = require("playwright-core");
const order = JSON.parse(process.argv[2]);
const ROUNDS = 15;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const at = (all, part) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))].toFixed(0);
for (const path of order.paths) {
  const [bytes, paints] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = await browser.newContext({ baseURL: order.base });
    const page = await own.newPage();
    await page.goto(path);
    // The entry comes a moment after the paint.
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    const seen = await page.evaluate(() => [performance.getEntriesByType("navigation")[0].responseEnd, performance.getEntriesByName("first-contentful-paint")[0].startTime]);
    bytes.push(seen[0]);
    paints.push(seen[1]);
    await own.close();
  }
  console.log(`${path} in Chromium: last byte p50 ${at(bytes, 0.5)} ms, p95 ${at(bytes, 0.95)} ms; first paint p50 ${at(paints, 0.5)} ms, p95 ${at(paints, 0.95)} ms`);
}
await browser.close();
