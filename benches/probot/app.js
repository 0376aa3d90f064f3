// Counts `issues.labeled` deliveries and keeps nothing. Signature checking and parsing are Probot's own.
import { generateKeyPairSync } from "node:crypto";
import { run } from "probot";

process.env.APP_ID ??= "1";
process.env.WEBHOOK_SECRET ??= "development";
process.env.WEBHOOK_PATH ??= "/webhook";
process.env.LOG_LEVEL ??= "warn";
process.env.NODE_ENV ??= "production";
// Nothing is ever signed with it, but Probot does not start without a key.
process.env.PRIVATE_KEY ??= generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
}).privateKey;

let labeled = 0;

process.on("SIGTERM", () => {
  console.log(`labeled: ${labeled}`);
  process.exit(0);
});

await run((app) => {
  app.on("issues.labeled", () => {
    labeled += 1;
  });
});
