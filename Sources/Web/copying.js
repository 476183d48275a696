// Code that can be copied.

import { button, element } from './dom.js';

/** A block of code with a button that copies it. `name` says what it is, for those who do not see it. */
export function copyable(text, name) {
    const copy = button('Copy', 'small quiet copy', async () => {
        copy.textContent = (await writeToClipboard(text)) ? 'Copied' : 'Failed';
        setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
    });
    copy.setAttribute('aria-label', `Copy: ${name}`);
    const code = element('pre', 'mono', element('code', '', text));
    // A block that scrolls must be reachable by the keyboard.
    code.tabIndex = 0;
    code.setAttribute('role', 'region');
    code.setAttribute('aria-label', name);
    return element('div', 'copyable', code, copy);
}

/** A word as a shell takes it. A key may hold whatever the configuration does, and an ID a vertical bar. */
export const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

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
