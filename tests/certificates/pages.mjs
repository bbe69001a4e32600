// Opens the verification page of each state on a phone, with scripts and without: what it says, what the console says, what axe says.
// Usage: pages.mjs CHROMIUM FOLDER '{"valid": "http://…", …}'. The pictures go to FOLDER.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const [executablePath, folder, given] = process.argv.slice(2);
const addresses = JSON.parse(given);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const words = {
  valid: ["证书有效", "Valid"],
  superseded: ["证书已被替换", "Superseded"],
  revoked: ["证书已撤销", "Revoked"],
  unknown: ["没有这个核验码", "Unknown"],
  entry: ["查验证书", "Check"],
};
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const faults = [];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function opened(state, options) {
  const context = await browser.newContext({ ...phone, ...options });
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`${state}: the console says: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${state}: ${error}`));
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const answer = await page.goto(addresses[state], { waitUntil: "load" });
  const others = requests.filter((url) => url !== addresses[state] && !url.startsWith("data:"));
  if (others.length > 0) faults.push(`${state}: it asks for ${others}`);
  return { context, page, answer };
}

for (const state of Object.keys(addresses)) {
  for (const javaScriptEnabled of [false, true]) {
    const { context, page } = await opened(state, { javaScriptEnabled });
    const shown = path.join(folder, `page-${state}-${javaScriptEnabled ? "scripts" : "no-scripts"}.png`);
    await page.screenshot({ path: shown, fullPage: true });
    const said = await page.locator("body").innerText();
    const title = await page.title();
    for (const word of words[state]) {
      if (!said.includes(word) || !title.includes(word)) faults.push(`${state}: no ${word} in ${title}\n${said}`);
    }
    await context.close();
  }
  // axe is a script: it comes in from outside of the page, past its policy. Half the width is what 200 % of a phone's size leaves.
  for (const width of [390, 195]) {
    const { context, page } = await opened(state, { bypassCSP: true, viewport: { width, height: 844 } });
    await page.evaluate(axe);
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), rules);
    for (const violation of found.violations) {
      const places = violation.nodes.map((node) => `${node.target}: ${node.failureSummary}`).join("\n  ");
      faults.push(`${state} at ${width}: ${violation.id}: ${violation.help}\n  ${places}`);
    }
    const open = found.incomplete.flatMap((one) => one.nodes.map((node) => `${one.id} of ${node.target}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (wide) faults.push(`${state} at ${width}: it scrolls sideways`);
    if (width === 390) console.log(`${state}: ${found.passes.length} rules of axe kept${open.length > 0 ? `; it cannot tell ${open}` : ""}`);
    await context.close();
  }
}

// The form leads to a certificate, by keyboard alone and without scripts.
{
  const { context, page } = await opened("entry", { javaScriptEnabled: false });
  await page.keyboard.press("Tab");
  const code = addresses.valid.split("/").pop();
  await page.keyboard.type(code.toLowerCase().replace(/(.{4})(?=.)/g, "$1 "));
  await page.keyboard.press("Enter");
  await page.waitForURL(addresses.valid, { timeout: 10_000 }).catch((error) => faults.push(`the form: ${error.message}`));
  if (!(await page.title()).startsWith(words.valid[0])) faults.push(`the form led to ${page.url()}: ${await page.title()}`);
  await context.close();
}
await browser.close();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`no fault on ${Object.keys(addresses).length} pages; their pictures are in ${folder}`);
