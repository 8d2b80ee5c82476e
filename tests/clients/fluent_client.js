// Sends with Fluent's libraries: node fluent_client.js LIBRARY MODE PORT COUNT [SHARED_KEY]
// Each record is acknowledged by the server; the number of each that was is printed.
"use strict";

const [library, eventMode, port, count, sharedKey] = process.argv.slice(2);
const tag = `node.${eventMode}`;
const first = { message: "Grüße 世界 🚀", level: "error", http: { status: 503 } };
const large = { message: "l" + "ö".repeat(50000) + "end" };
const acknowledged = (number) => process.stdout.write(`${number}\n`);
const security = sharedKey ? { clientHostname: "client", sharedKey } : undefined;

async function fluentOrg() {
  const { FluentClient, EventTime } = require("@fluent-org/logger");
  const client = new FluentClient(tag, {
    eventMode,
    socket: { host: "127.0.0.1", port: Number(port), timeout: 60000, disableReconnect: true },
    ack: { ackTimeout: 60000 },
    sendQueueSyncFlushLimit: { length: 500 },
    security,
  });
  await client.connect();
  const sent = [
    client.emit("first", first, new EventTime(1767323045, 678901234)),
    client.emit("large", large),
  ];
  for (let number = 0; number < Number(count); number += 1) {
    const one = client.emit("many", { message: `record ${number}`, number });
    sent.push(one.then(() => acknowledged(number)));
    // Lets what was sent go out.
    if (number % 500 === 499) await new Promise(setImmediate);
  }
  await Promise.all(sent);
  await client.disconnect();
}

async function fluentLogger() {
  const fluent = require("fluent-logger");
  const sender = fluent.createFluentSender(tag, {
    eventMode,
    host: "127.0.0.1",
    port: Number(port),
    timeout: 60000,
    enableReconnect: false,
    requireAckResponse: true,
    flushInterval: 10,
    security,
    internalLogger: { info() {}, error: console.error },
  });
  sender.on("error", fail);
  const emit = (label, record, time) =>
    new Promise((resolve, reject) => {
      const done = (error) => (error ? reject(error) : resolve());
      // Without a time, the callback has to stand in its place.
      sender.emit(label, record, ...(time ? [time, done] : [done]));
    });
  const sent = [emit("first", first, new fluent.EventTime(1767323045, 678901234)), emit("large", large)];
  for (let number = 0; number < Number(count); number += 1) {
    sent.push(emit("many", { message: `record ${number}`, number }).then(() => acknowledged(number)));
  }
  await Promise.all(sent);
  sender.end();
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

process.on("unhandledRejection", fail);
(library === "fluent-logger" ? fluentLogger() : fluentOrg()).then(() => process.exit(0), fail);
