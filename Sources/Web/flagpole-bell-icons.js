// The bell's pictures, as elements: a policy that forbids inline styles and foreign images leaves them alone.

import { drawing } from './dom.js';

const icon = (...paths) =>
    drawing('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ...paths.map((d) => drawing('path', { d })));

const BELL = 'M12 3.5a5.5 5.5 0 0 0-5.5 5.5c0 5-2 6.5-2 7.5h15c0-1-2-2.5-2-7.5A5.5 5.5 0 0 0 12 3.5z';
const CLAPPER = 'M10 19.5a2 2 0 0 0 4 0';

export const bellIcon = () => icon(BELL, CLAPPER);
export const crossIcon = () => icon('M7 7l10 10M17 7L7 17');
export const dotIcon = () => icon('M12 8a4 4 0 1 0 .01 0z');
