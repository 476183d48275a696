// What every part of the pages needs of the DOM. Text only ever enters it as text:
// nothing in these files assigns HTML.

export const byId = (id) => document.getElementById(id);

/** Makes an element; children are nodes, strings, or null for nothing. */
export function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null));
    return made;
}

/** A button that does not submit. */
export function button(label, className, onClick) {
    const made = element('button', className, label);
    made.type = 'button';
    made.addEventListener('click', onClick);
    return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an SVG element with these attributes. */
export function drawing(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function timeOf(date) {
    const made = element('time', 'tabular', clock.format(date));
    made.dateTime = date.toISOString();
    made.title = date.toLocaleString();
    return made;
}

/** Draws once for all that is said in one turn: a backlog is many events. */
export function oncePerTurn(draw) {
    let isDue = false;
    return () => {
        if (isDue) return;
        isDue = true;
        queueMicrotask(() => {
            isDue = false;
            draw();
        });
    };
}
