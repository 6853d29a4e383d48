import type { Element, Root } from 'hast';
import { visit } from 'unist-util-visit';
import { imageSize } from './image-size.ts';
import { brokenLink } from './links.ts';
import type { Follow } from './links.ts';
import { isAudio, isVideo } from './media-types.ts';
import type { LinkTarget } from './places.ts';
import type { Finding } from './problems.ts';

/**
 * Makes pictures and players of a page show the files that their author meant. An image whose file
 * is a video or sound becomes a player; one that is not there leaves its description.
 */
export function resolveMedia(tree: Root, follow: Follow): Finding[] {
  const broken: Finding[] = [];

  function resolve(node: Element, key: 'src' | 'poster'): LinkTarget | undefined {
    const address = node.properties[key];
    if (typeof address !== 'string') return undefined;
    const target = notPage(follow(address));
    if (target.kind === 'broken') {
      broken.push(brokenLink(node, address, target.reason));
      delete node.properties[key];
    } else {
      node.properties[key] = target.href;
    }
    return target;
  }

  visit(tree, 'element', (node, index, parent) => {
    switch (node.tagName) {
      case 'img': {
        const target = resolve(node, 'src');
        if (target && target.kind !== 'broken') return showImage(node, target);
        const { alt } = node.properties;
        const description = typeof alt === 'string' ? alt : '';
        parent!.children.splice(index!, 1, { type: 'text', value: description });
        return;
      }
      case 'video':
        resolve(node, 'poster');
        resolve(node, 'src');
        return addControls(node);
      case 'audio':
        resolve(node, 'src');
        return addControls(node);
      case 'source':
      case 'track':
        resolve(node, 'src');
    }
  });
  return broken;
}

function notPage(target: LinkTarget): LinkTarget {
  return target.kind === 'page' ? { kind: 'broken', reason: 'it is a page' } : target;
}

function showImage(node: Element, target: LinkTarget & { href: string }): void {
  const { alt = '', src } = node.properties;
  if (isVideo(target.href) || isAudio(target.href)) {
    node.tagName = isVideo(target.href) ? 'video' : 'audio';
    node.properties = { src, ...(alt && { ariaLabel: alt }) };
    return addControls(node);
  }
  Object.assign(node.properties, { alt, loading: 'lazy', decoding: 'async' });
  if (target.kind === 'other') node.properties.referrerPolicy = 'no-referrer';
  const sized = 'width' in node.properties || 'height' in node.properties;
  if (target.kind === 'file' && !sized) Object.assign(node.properties, imageSize(target.file));
}

function addControls(node: Element): void {
  Object.assign(node.properties, { controls: true, preload: 'metadata' });
  if (node.tagName === 'video') node.properties.playsInline = true;
}
