import { render } from 'preact';

import { App } from './app.tsx';
import { followInstance } from './state/live-state.ts';
import { followUser } from './state/listener-state.ts';
import { followAddress } from './state/place.ts';
import { followTheme } from './state/theme.ts';
import './style/colours.css';
import './style/base.css';
import './style/page.css';
import './style/listen.css';
import './style/views.css';

followTheme();
followAddress();
followInstance();
followUser();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
