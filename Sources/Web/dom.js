// What every part of the page needs of the DOM. Text only ever enters it as text:
// nothing in these files assigns HTML.

/** The longest text put into one element; a notification may be 64 KiB. */
const LONGEST = 4000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

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

export function timeOf(date) {
    const made = element('time', 'tabular', clock.format(date));
    made.dateTime = date.toISOString();
    made.title = date.toLocaleString();
    return made;
}

/** Cuts a text to what a reader can use, and says how much is missing. */
export function clip(text, longest = LONGEST) {
    if (text.length <= longest) return text;
    return `${text.slice(0, longest)} … ${(text.length - longest).toLocaleString()} more characters`;
}

/** A line of code with a button that copies it. */
export function copyable(text) {
    const copy = button('Copy', 'small quiet', async () => {
        copy.textContent = (await writeToClipboard(text)) ? 'Copied' : 'Failed';
        setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
    });
    copy.setAttribute('aria-label', `Copy: ${text}`);
    copy.setAttribute('aria-live', 'polite');
    return element('div', 'copyable', element('code', '', text), copy);
}

async function writeToClipboard(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        // No clipboard outside a secure context, such as plain HTTP from another machine.
        return copyFromSelection(text);
    }
}

function copyFromSelection(text) {
    const focused = document.activeElement;
    const area = element('textarea', 'visually-hidden');
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    focused?.focus();
    return copied;
}
