// The agent's desk: the call of the address, or the calls to pick from.
import { awaitingHost } from '../embed/bridge';
import { route } from '../router';
import { AgentView } from './agent/agent';
import { PickCall } from './pick';

export function Desk() {
  const call = route.value.query.get('call');
  if (awaitingHost.value) return null;
  return call ? <AgentView key={call} callId={call} /> : <PickCall />;
}
