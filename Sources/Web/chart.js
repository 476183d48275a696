// A small line chart of the last minutes, drawn as SVG.

import { drawing, element } from './dom.js';

const WINDOW_MS = 180_000;
const WIDTH = 300;
const HEIGHT = 56;

export class Chart {
    #title;
    #format;
    #least;
    #points = [];
    #now = element('strong', 'tabular', '–');
    #peak = element('span', 'tabular', '');
    #area = drawing('path', { class: 'area' });
    #line = drawing('path', { class: 'line', 'vector-effect': 'non-scaling-stroke' });
    #svg = drawing('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
        this.#area, this.#line);

    /**
     * @param {(value: number) => string} format
     * @param {number} least what the scale reaches at least, so that next to nothing looks like it
     */
    constructor(title, format, least) {
        this.#title = title;
        this.#format = format;
        this.#least = least;
        this.element = element('div', 'chart',
            element('h3', '', title),
            element('div', 'chart-figures', this.#now, this.#peak));
        this.element.append(this.#svg);
    }

    /** Adds a value, null where there is none, and moves on to its time. */
    add(at, value) {
        this.#points.push({ at, value });
        this.#points = this.#points.filter((point) => at - point.at <= WINDOW_MS);
        const values = this.#points.map((point) => point.value).filter((known) => known !== null);
        const peak = Math.max(...values, 0);
        const runs = this.#runs(at, Math.max(peak * 1.15, this.#least));
        this.#line.setAttribute('d', runs.map((run) => `M${run.join('L')}`).join(''));
        this.#area.setAttribute('d', runs.map(underneath).join(''));
        this.#now.textContent = value === null ? '–' : this.#format(value);
        this.#peak.textContent = values.length > 0 ? `at most ${this.#format(peak)}` : '';
        this.#svg.setAttribute('aria-label',
            `${this.#title} over three minutes: now ${this.#now.textContent}, ${this.#peak.textContent}`);
    }

    /** The points as `x,y`, in one run for each stretch without a gap. */
    #runs(now, top) {
        const runs = [[]];
        for (const { at, value } of this.#points) {
            const x = WIDTH * (1 - (now - at) / WINDOW_MS);
            if (value === null) runs.push([]);
            else runs.at(-1).push(`${x.toFixed(1)},${(HEIGHT - (HEIGHT - 2) * (value / top)).toFixed(1)}`);
        }
        return runs.filter((run) => run.length > 0);
    }
}

function underneath(run) {
    const [first, last] = [run[0], run.at(-1)].map((point) => point.split(',')[0]);
    return `M${first},${HEIGHT}L${run.join('L')}L${last},${HEIGHT}Z`;
}
