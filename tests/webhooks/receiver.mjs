// A receiver that verifies with npm's standardwebhooks. Usage: receiver.mjs PORT; the secret stands in SECRET.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.SECRET);
createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      const event = webhook.verify(Buffer.concat(parts).toString(), request.headers);
      console.log("verified", event.id, event.type);
      response.writeHead(204).end();
    } catch (error) {
      console.log("refused", error.name);
      response.writeHead(400).end();
    }
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
