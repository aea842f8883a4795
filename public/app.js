/** Creates the parts of the page. See `session.js` for the login and `call.js` for a request. */
import { Answers } from './answers.js';
import { wireBindingSwitch } from './binding-switch.js';
import { CallPanel } from './call-panel.js';
import { wireEndpoints } from './endpoints.js';
import { byId } from './element.js';
import { AccessMap, routesOf } from './map.js';
import { Messages } from './messages.js';
import { SessionCard } from './session-card.js';
import { Session } from './session.js';

const session = new Session();
const card = new SessionCard(session);
const messages = new Messages(session);
const panel = new CallPanel(session, new Answers(), () => messages.anyId);
wireEndpoints(session);
wireBindingSwitch(session);

/** Loads the OpenAPI document. With `DOCS=off` there is none. */
async function loadDescription() {
  const answer = await fetch('/docs-json').catch(() => undefined);
  return answer?.ok ? answer.json() : undefined;
}

/** Shows what depends on the OpenAPI document. */
function describe(description) {
  const routes = routesOf(description);
  const grantClaims = description['x-grant-claims'];
  card.grantClaims = grantClaims;
  messages.grantClaims = grantClaims;
  panel.api = { routes, grantClaims, schemas: description.components?.schemas ?? {} };
  byId('docs-link').hidden = false;
  const map = new AccessMap(session, { routes, grantClaims }, (route) => panel.choose(route));
  panel.onOpen = (name) => map.mark(name);
  panel.onClose = (name) => {
    map.mark(undefined);
    map.focus(name);
  };
}

/** Without the document, people write the request themselves. */
function describeNothing() {
  for (const id of ['map', 'legend', 'choose']) byId(id).hidden = true;
  byId('map-off').hidden = false;
  byId('call-any').addEventListener('click', () => panel.chooseFree());
}

const configured = session.configure();
const [description] = await Promise.all([loadDescription(), configured]);
if (description === undefined) describeNothing();
else describe(description);
await session.start();
panel.restore();
// Only now is the page as long as it will be.
if (location.hash.length > 1) byId(location.hash.slice(1))?.scrollIntoView();
