// Ends when the database lets the server in. Runs before it, so that an installation comes up without a crash loop.
const { MongoClient } = require('mongodb');

async function main() {
  for (;;) {
    const client = new MongoClient(process.env.MONGODB_URI, { serverSelectionTimeoutMS: 5_000 });
    try {
      await client.db(process.env.GLADOS_DATABASE).command({ ping: 1 });
      return;
    } catch (error) {
      console.log(`The database does not answer yet: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    } finally {
      await client.close();
    }
  }
}

main();
