/** @jsxImportSource react */
import { Fragment, type ReactNode } from 'react';
import { Body, Button, Container, Head, Heading, Html, Preview, Section, Text } from 'react-email';
import { type Block, type Content, PORTAL } from './content.ts';
import { LOOK, SHEET } from './theme.ts';
import type { Fact } from './words.ts';

/** The frame and look of every mail. No pictures, nothing fetched: it is whole with images off. */
export function Layout({ preview, kicker, heading, blocks, foot }: Content) {
  return (
    <Html lang="en">
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no" />
        <title>{heading === '' ? PORTAL : heading}</title>
        <style>{SHEET}</style>
      </Head>
      <Preview useTitleTag={false}>{preview}</Preview>
      <Body className="ground" style={LOOK.ground}>
        <Container className="card" style={LOOK.card}>
          {kicker === '' ? null : (
            <Text className="quiet" style={LOOK.kicker}>
              {kicker}
            </Text>
          )}
          <Heading as="h1" className="text" style={LOOK.heading} dir="auto">
            {heading}
          </Heading>
          {blocks.map((block, at) => (
            <Part key={at} block={block} />
          ))}
        </Container>
        <Text className="quiet" style={LOOK.foot}>
          {foot}
        </Text>
      </Body>
    </Html>
  );
}

function Part({ block }: { block: Block }) {
  switch (block.is) {
    case 'words':
      return (
        <Text className="text" style={block.strong ? LOOK.strong : LOOK.words}>
          {block.text}
        </Text>
      );
    case 'quoted':
      return (
        <>
          {block.title === '' ? null : (
            <Text className="quiet" style={LOOK.title}>
              {block.title}
            </Text>
          )}
          <Paragraphs text={block.text} />
        </>
      );
    case 'facts':
      return <Facts facts={block.facts} left={block.left} />;
    case 'action':
      return <Action label={block.label} url={block.url} />;
    case 'small':
      return (
        <Text className="quiet" style={LOOK.small}>
          {block.text}
        </Text>
      );
  }
}

// Theirs may run from right to left; a sentence of ours never does, whoever is named in it.
function Paragraphs({ text }: { text: string }) {
  return text.split(/\n{2,}/).map((paragraph, at) => (
    <Text key={at} className="text" style={LOOK.words} dir="auto">
      {broken(paragraph)}
    </Text>
  ));
}

// A table of one column: it needs no room beside a label on a telephone, and 100 rows stay small.
function Facts({ facts, left }: { facts: Fact[]; left: number }) {
  return (
    <table className="text" role="presentation" width="100%" cellPadding={0} cellSpacing={0} border={0} style={LOOK.facts}>
      <tbody>
        {facts.map((fact, at) => (
          <tr key={at}>
            <td className="line" style={LOOK.fact}>
              <div className="quiet" style={LOOK.label} dir="auto">
                {fact.label}
              </div>
              <div dir="auto">{broken(fact.text)}</div>
            </td>
          </tr>
        ))}
        {left > 0 ? (
          <tr>
            <td className="line" style={LOOK.fact}>{`… and ${left} more on the page`}</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

function Action({ label, url }: { label: string; url: string }) {
  return (
    <>
      <Section style={LOOK.action}>
        <Button className="action" href={url} style={LOOK.button}>
          {label}
        </Button>
      </Section>
      <Text className="quiet" style={LOOK.small}>
        If the button does not work, copy this address into your browser:
        <br />
        {url}
      </Text>
    </>
  );
}

function broken(text: string): ReactNode {
  return text.split('\n').map((line, at) => (
    <Fragment key={at}>
      {at > 0 ? <br /> : null}
      {line}
    </Fragment>
  ));
}
