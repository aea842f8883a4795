/** Checks nothing and answers as fast as Node can: the maximum of the load generator. */
import { createServer } from 'node:http';

const body = JSON.stringify({ message: 'Hello.' });

createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
