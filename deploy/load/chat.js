// A load of people who chat, for k6 (0.56 or newer). `make load` does the same without k6, against a server of its own.
//
//   SNUG_RATE_REQUESTS=off SNUG_RATE_SIGNUPS=off snug-server serve     (or snug.yaml; all people have one address here)
//   k6 run -e SNUG_URL=https://chat.example.org -e PEOPLE=100 -e SECONDS=300 -e PICTURE=photo.jpg deploy/load/chat.js
//
// The people sign up, and share rooms of 20. Each has a live socket and every five seconds opens the room, reads, posts
// a message, and says that they have read it; one message in a hundred has a picture. k6 exits with 99 when a
// threshold is missed.
import http from 'k6/http';
import { check, fail } from 'k6';
import { Rate, Trend } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';
import exec from 'k6/execution';

const site = __ENV.SNUG_URL || 'http://127.0.0.1:8080';
const api = `${site}/api/v1`;
const people = Number(__ENV.PEOPLE || 100);
const seconds = Number(__ENV.SECONDS || 60);
const roomSize = 20;
const pause = 5000;
const picture = open(__ENV.PICTURE || '../../Tests/Fixtures/files/textured.jpg', 'b');

// Every request of the load, as docs/api.md describes it; a test compares them. call() sends no others.
const calls = {
  signUp: { method: 'POST', path: '/users', body: ['username', 'password'], answer: 201 },
  makeRoom: { method: 'POST', path: '/rooms', body: ['kind', 'name'], answer: 201 },
  join: { method: 'POST', path: '/rooms/{id}/members', body: [], answer: 201 },
  rooms: { method: 'GET', path: '/rooms', answer: 200 },
  history: { method: 'GET', path: '/rooms/{id}/messages', query: ['limit'], answer: 200 },
  typing: { method: 'POST', path: '/rooms/{id}/typing', answer: 204 },
  upload: { method: 'POST', path: '/attachments', form: ['file'], answer: 201 },
  post: { method: 'POST', path: '/rooms/{id}/messages', body: ['body', 'attachment_ids', 'client_message_id'], answer: 201 },
  read: { method: 'POST', path: '/rooms/{id}/read', body: ['seq'], answer: 204 },
};
const frames = {
  hello: ['type', 'token'],
};

const failed = new Rate('snug_calls_failed');
const delivery = new Trend('snug_delivery', true);

export const options = {
  scenarios: {
    people: { executor: 'per-vu-iterations', vus: people, iterations: 1, maxDuration: `${seconds + 60}s` },
  },
  setupTimeout: '10m',
  thresholds: {
    http_req_duration: ['p(95)<500'],
    snug_calls_failed: ['rate<0.01'],
    snug_delivery: ['p(95)<500'],
  },
};

function call(name, { token, id, values = {} }) {
  const { method, path, answer, ...declared } = calls[name];
  const [kind, fields] = Object.entries(declared)[0] || ['none', []];
  if (Object.keys(values).sort().join() !== [...fields].sort().join()) fail(`${name} has other members than declared`);
  let url = api + path.replace('{id}', id);
  let body = null;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (kind === 'query') url += '?' + fields.map((field) => `${field}=${encodeURIComponent(values[field])}`).join('&');
  if (kind === 'form') body = values;
  if (kind === 'body') {
    body = JSON.stringify(values);
    headers['Content-Type'] = 'application/json';
  }
  const response = http.request(method, url, body, { headers, tags: { name } });
  const isExpected = check(response, { [`${name}: ${answer}`]: ({ status }) => status === answer });
  failed.add(!isExpected);
  if (!isExpected) fail(`${name}: ${response.status} ${String(response.body).slice(0, 200)}`);
  return response.body ? response.json() : null;
}

// RFC 9562, version 4.
function uuid() {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

export function setup() {
  const run = Math.floor(Math.random() * 1e9).toString(36);
  const members = [];
  let room;
  for (let number = 0; number < people; number += 1) {
    const values = { username: `load-${run}-${number}`, password: 'correct horse battery' };
    const { token } = call('signUp', { values });
    if (number % roomSize === 0) {
      room = call('makeRoom', { token, values: { kind: 'public', name: `Load ${run} ${number / roomSize}` } }).id;
    } else {
      call('join', { token, id: room, values: {} });
    }
    members.push({ token, room });
  }
  return members;
}

export default function (members) {
  const { token, room } = members[exec.vu.idInTest - 1];
  const socket = new WebSocket(site.replace(/^http/, 'ws') + '/api/v1/realtime');
  const posted = {};
  let round = 0;

  function visit() {
    call('rooms', { token });
    call('history', { token, id: room, values: { limit: 50 } });
    call('typing', { token, id: room });
    let attachments = [];
    if ((exec.vu.idInTest + round) % 100 === 0) {
      attachments = [call('upload', { token, values: { file: http.file(picture, 'picture.jpg', 'image/jpeg') } }).id];
    }
    round += 1;
    const id = uuid();
    posted[id] = Date.now();
    const values = { body: `Message ${round}`, attachment_ids: attachments, client_message_id: id };
    const { seq } = call('post', { token, id: room, values });
    call('read', { token, id: room, values: { seq } });
  }

  socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === 'welcome') {
      // Not all at once.
      setTimeout(() => {
        visit();
        const timer = setInterval(visit, pause);
        setTimeout(() => {
          clearInterval(timer);
          socket.close();
        }, seconds * 1000);
      }, Math.random() * pause);
    } else if (frame.type === 'message.created') {
      const started = posted[frame.message.client_message_id];
      if (started) delivery.add(Date.now() - started);
      delete posted[frame.message.client_message_id];
    }
  };
  socket.onerror = ({ error }) => {
    failed.add(true);
    fail(`the socket failed: ${error}`);
  };
}
