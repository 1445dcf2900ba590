// What package compare/ddb does, with ElectroDB: the unique ISBN follows the recipe of its documentation.
const { Entity, Service } = require('electrodb');

exports.open = (client, table) => {
  const book = new Entity({
    model: { service: 'library', entity: 'book', version: '1' },
    attributes: {
      author: { type: 'string', required: true },
      isbn: { type: 'string', required: true },
      title: { type: 'string', required: true },
      genre: { type: 'string', required: true },
      year: { type: 'number', required: true, padding: { length: 4, char: '0' } },
    },
    indexes: {
      primary: { collection: 'works', pk: { field: 'pk', composite: ['author'] }, sk: { field: 'sk', composite: ['isbn'] } },
      byGenre: {
        index: 'by-genre',
        pk: { field: 'genre_pk', composite: ['genre'] },
        sk: { field: 'genre_sk', composite: ['year', 'title'] },
      },
    },
  }, { client, table });
  const holder = new Entity({
    model: { service: 'library', entity: 'holder', version: '1' },
    attributes: { isbn: { type: 'string', required: true }, author: { type: 'string' } },
    indexes: { primary: { pk: { field: 'pk', composite: ['isbn'] }, sk: { field: 'sk', composite: [] } } },
  }, { client, table });
  const library = new Service({ book, holder });
  return {
    library, book,

    async add(b) {
      const done = await library.transaction.write(({ book, holder }) => [
        book.create(b).commit(),
        holder.create({ isbn: b.isbn, author: b.author }).commit(),
      ]).go();
      if (done.canceled) {
        throw new Error(done.data[0].rejected ? 'the book exists already' : 'another book has the ISBN');
      }
    },

    async inGenre(genre, since) {
      return (await book.query.byGenre({ genre }).gte({ year: since }).go({ pages: 'all' })).data;
    },

    async setYear(author, isbn, year) {
      const { data } = await book.get({ author, isbn }).go();
      if (!data) {
        throw new Error('no such book');
      }
      await book.patch({ author, isbn }).set({ year }).composite({ title: data.title }).go();
    },
  };
};
