/** Answers as fast as Node can and looks at nothing: what the load generator reaches when the server is no limit. */
import { createServer } from 'node:http';

const body = JSON.stringify({ message: 'Hello.' });

createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
