// The call that a view watches, for as long as it shows it.
import { useEffect, useState } from 'preact/hooks';
import { token } from '../api/token';
import { Session } from './session';

/** The session of a call, and a way to begin it anew. Another token begins nothing anew: what is open goes on, and
 *  whatever is asked next brings the new one. Only what was refused is tried again with it. */
export function useSession(callId: string): { session: Session | undefined; attempt: number; retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [session, setSession] = useState<Session>();
  const retry = () => setAttempt((attempt) => attempt + 1);
  useEffect(() => {
    const session = new Session(callId);
    setSession(session);
    return () => session.close();
  }, [callId, attempt]);
  const known = token.value;
  useEffect(() => {
    if (session?.connection.peek().kind === 'refused') retry();
  }, [known]);
  return { session, attempt, retry };
}
