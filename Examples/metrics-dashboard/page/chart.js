const SECONDS = 60;
const WIDTH = 300;
const HEIGHT = 100;

/** A number and its last minute, as a line that moves to the left. */
export class Chart {
    #format;
    #least;
    #points = [];
    #value;
    #rate;
    #svg;

    /**
     * @param {(value: number) => string} format
     * @param {number} least what the scale reaches at least
     */
    constructor(id, title, format, least) {
        this.#format = format;
        this.#least = least;
        this.element = document.querySelector("#chart").content.firstElementChild.cloneNode(true);
        this.element.id = id;
        this.element.querySelector("h2").textContent = title;
        this.#value = this.element.querySelector(".value");
        this.#rate = this.element.querySelector(".rate");
        this.#svg = this.element.querySelector("svg");
        this.#svg.setAttribute("aria-label", `${title} in the last minute`);
    }

    add(value) {
        this.#points.push({ value, at: performance.now() });
        this.#value.textContent = this.#format(value);
        this.draw();
    }

    draw() {
        const now = performance.now();
        // The last one from before the minute remains: there the line comes in.
        while (this.#points.length > 1 && now - this.#points[1].at > SECONDS * 1000) this.#points.shift();
        if (this.#points.length === 0) return;
        const top = Math.max(...this.#points.map(({ value }) => value), this.#least) * 1.1;
        const x = (at) => (WIDTH * (1 - (now - at) / (SECONDS * 1000))).toFixed(1);
        const y = (value) => (HEIGHT * (1 - value / top)).toFixed(1);
        const last = this.#points.at(-1);
        const line = [...this.#points.map(({ value, at }) => `${x(at)},${y(value)}`), `${WIDTH},${y(last.value)}`].join("L");
        this.#svg.querySelector(".line").setAttribute("d", `M${line}`);
        this.#svg.querySelector(".area").setAttribute("d", `M${x(this.#points[0].at)},${HEIGHT}L${line}L${WIDTH},${HEIGHT}Z`);
        const count = this.#points.filter(({ at }) => now - at < 1000).length;
        this.#rate.textContent = `${count} in the last second`;
    }
}
