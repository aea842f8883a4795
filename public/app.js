/** Creates the parts of the page. See `session.js` for the login and `call.js` for a request. */
import { wireEndpoints } from './endpoints.js';
import { byId } from './element.js';
import { Messages } from './messages.js';
import { Moderation } from './moderation.js';
import { RouteTable } from './routes.js';
import { SessionCard } from './session-card.js';
import { Session } from './session.js';

const session = new Session();
const card = new SessionCard(session);
const messages = new Messages(session);
const moderation = new Moderation(session);
const routes = new RouteTable(session, () => messages.anyId);
wireEndpoints(session);

messages.addEventListener('change', () => moderation.reload());
moderation.addEventListener('change', () => messages.reload());

/** Loads the OpenAPI document and shows what depends on it. With `DOCS=off` there is none. */
async function loadDescription() {
  const answer = await fetch('/docs-json').catch(() => undefined);
  if (!answer?.ok) return;
  const description = await answer.json();
  card.grantClaims = description['x-grant-claims'];
  moderation.grantClaims = description['x-grant-claims'];
  moderation.follow();
  for (const id of ['docs-link', 'routes-link']) byId(id).hidden = false;
  routes.show(description);
}

await Promise.all([session.start(), loadDescription()]);
