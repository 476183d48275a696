// Tabs as the ARIA Authoring Practices describe them: arrows walk, Home and End jump, Tab leaves.

import { button, element } from './dom.js';

/**
 * Fills an element with tabs; the one that was chosen before stays chosen.
 *
 * @param {[name: string, panel: Element][]} panels
 */
export function startTabs(parent, label, panels) {
    const chosen = parent.querySelector('[aria-selected="true"]')?.textContent;
    const list = element('div', 'tabs');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', label);
    const tabs = panels.map(([name, panel]) => {
        const tab = button(name, 'tab', () => choose(tab));
        tab.setAttribute('role', 'tab');
        tab.id = `tab-${name}`;
        panel.id = `panel-${name}`;
        tab.setAttribute('aria-controls', panel.id);
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-labelledby', tab.id);
        return tab;
    });

    function choose(tab) {
        tabs.forEach((other, index) => {
            other.setAttribute('aria-selected', String(other === tab));
            other.tabIndex = other === tab ? 0 : -1;
            panels[index][1].hidden = other !== tab;
        });
    }

    list.addEventListener('keydown', (event) => {
        const at = tabs.indexOf(event.target);
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const tab = tabs[(to + tabs.length) % tabs.length];
        choose(tab);
        tab.focus();
    });
    list.append(...tabs);
    parent.replaceChildren(list, ...panels.map(([, panel]) => panel));
    choose(tabs[Math.max(0, panels.findIndex(([name]) => name === chosen))]);
}
