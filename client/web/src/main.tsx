import './styles/index.css';
import { render } from 'preact';
import { takeToken } from './api/token';
import { App } from './app';
import { joinHost } from './embed/bridge';
import { route } from './router';
import { startSettings } from './state/settings';

takeToken();
startSettings(route.value.query);
if (route.value.query.has('embed')) joinHost();
const root = document.getElementById('app');
if (root) render(<App />, root);
