// node main.js ENDPOINT STEP [JSON]: runs a step on the table "library", and prints its result as JSON.
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { Entity, Service } = require('electrodb');
const { open } = require('./library');

const [endpoint, step, argument] = process.argv.slice(2);
const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'a' } });
const l = open(client, 'library');
const args = JSON.parse(argument || '[]');

// An author, who stands in the item collection of the books.
const author = new Entity({
  model: { service: 'library', entity: 'author', version: '1' },
  attributes: { author: { type: 'string', required: true }, name: { type: 'string' } },
  indexes: { primary: { collection: 'works', pk: { field: 'pk', composite: ['author'] }, sk: { field: 'sk', composite: [] } } },
}, { client, table: 'library' });

// Members of teams have a key of two values.
const member = new Entity({
  model: { service: 'library', entity: 'member', version: '1' },
  attributes: { org: { type: 'string' }, team: { type: 'string' } },
  indexes: { primary: { pk: { field: 'pk', composite: ['org', 'team'] }, sk: { field: 'sk', composite: [] } } },
}, { client, table: 'library' });

const steps = {
  add: (b) => l.add(b),
  inGenre: (genre, since) => l.inGenre(genre, since),
  setYear: (...a) => l.setYear(...a),
  setYearAlone: async (author, isbn, year) => { await l.book.update({ author, isbn }).set({ year }).go(); },
  addYears: async (author, isbn, title, n) => {
    await l.book.update({ author, isbn }).add({ year: n }).composite({ title }).go();
  },
  key: async (org, team) => member.get({ org, team }).params().Key,
  addAuthor: async (id, name) => { await author.create({ author: id, name }).go(); },
  remove: async (author, isbn) => { await l.book.delete({ author, isbn }).go(); },
  works: async (id) => (await new Service({ book: l.book, author }).collections.works({ author: id }).go()).data,
  worksWithoutAuthors: async (id) => (await new Service({ book: l.book }).collections.works({ author: id }).go()).data,
};

steps[step](...args).then(
  (result) => console.log(JSON.stringify({ result: result ?? null })),
  (e) => console.log(JSON.stringify({ error: e.message })),
);
