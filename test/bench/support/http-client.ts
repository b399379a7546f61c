import { connect } from 'node:net';

/** As many requests as asked for over 50 connections, each sending the next when it has its answer. */
const [, , portText, requestsText] = process.argv;
const connections = 50;
const query = 'query E { experiments(first: 50) { nodes { id name phase createdAt workers tags } totalCount } }';
const body = JSON.stringify({ query });
const request = `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
let left = Number(requestsText);
let wrong = 0;

function converse(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(portText), '127.0.0.1');
    let answer = '';
    const ask = (): void => {
      if (left === 0) {
        socket.end();
        return resolve();
      }
      left -= 1;
      socket.write(request);
    };
    socket.once('error', reject);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer += text;
      const head = answer.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      if (head < 0 || answer.length < head + 4 + length) return;
      if (!answer.startsWith('HTTP/1.1 200') || !answer.includes('"id":"e49"')) wrong += 1;
      answer = '';
      ask();
    });
    ask();
  });
}

const started = performance.now();
await Promise.all(Array.from({ length: connections }, converse));
process.send?.({ seconds: (performance.now() - started) / 1000, wrong });
