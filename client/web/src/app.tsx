// The views and which of them is shown. The agent's is part of the first load; the others come when
// they are asked for.
import { signal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { route } from './router';
import { Desk } from './views/desk';

type View = () => Promise<ComponentType>;

const VIEWS: Record<string, View> = {
  wall: async () => (await import('./views/coach/coach')).default,
  review: async () => (await import('./views/review/review')).default,
  reports: async () => (await import('./views/reports/reports')).default,
  playbooks: async () => (await import('./views/playbooks/playbooks')).default,
  settings: async () => (await import('./views/settings/settings')).default,
  practice: async () => (await import('./views/practice/practice')).default,
};

const shown = signal<{ view: string; Component: ComponentType }>({ view: '', Component: Desk });

export function App() {
  useSignalEffect(() => {
    const { view } = route.value;
    const load = VIEWS[view];
    if (!load) shown.value = { view: '', Component: Desk };
    else if (shown.peek().view !== view) {
      void load().then((Component) => {
        if (route.peek().view === view) shown.value = { view, Component };
      });
    }
  });
  const { Component } = shown.value;
  return <Component />;
}
