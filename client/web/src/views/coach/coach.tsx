// The coach's place: every live call, or one of them from close by.
import { route } from '../../router';
import { Follow } from './follow';
import { Wall } from './wall';
import './coach.css';

export default function Coach() {
  const call = route.value.query.get('call');
  return call ? <Follow key={call} callId={call} /> : <Wall />;
}
