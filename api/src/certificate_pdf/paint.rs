//! From the sheet to the file: PDF/A-2a and PDF/UA-1, so with a tag tree.

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use time::Date;

use super::PdfError;
use super::fields::CertificateFields;
use super::font::Faces;
use super::page::TITLE;
use super::sheet::{Block, Color, HEIGHT, Ink, Item, Role, Sheet, Text, WIDTH};

const LANGUAGE: &str = "zh-CN";

/// Writes the sheet as a file.
pub(super) fn write(
    sheet: Sheet,
    faces: Faces,
    fields: &CertificateFields,
) -> Result<Vec<u8>, PdfError> {
    let fonts = faces.into_fonts(&used_glyphs(&sheet))?;
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError::Refused(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(fields));
    document.set_outline(outline());
    let size = PageSettings::from_wh(WIDTH, HEIGHT)
        .ok_or_else(|| PdfError::Refused("page size".to_owned()))?;
    let mut page = document.start_page_with(size);

    let mut surface = page.surface();
    let mut tagged = Vec::with_capacity(sheet.blocks.len());
    for block in sheet.blocks {
        let content = match block.role {
            Role::Decoration => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Role::Heading
            | Role::Paragraph
            | Role::ColumnHead
            | Role::Cell
            | Role::Figure(_)
            | Role::Link(_) => ContentTag::Other,
        };
        let identifier = surface.start_tagged(content);
        for item in &block.items {
            draw(&mut surface, item, &fonts);
        }
        surface.end_tagged();
        tagged.push((block, identifier));
    }
    surface.finish();

    let mut tree = Tree::default();
    for (block, identifier) in tagged {
        let annotation = link(&block).map(|link| page.add_tagged_annotation(link));
        tree.add(block.role, identifier, annotation);
    }
    page.finish();
    document.set_tag_tree(tree.finish());
    document.finish().map_err(|error| PdfError::Refused(format!("{error:?}")))
}

/// Everything in it comes from the certificate, so that the same certificate is the same file.
fn metadata(fields: &CertificateFields) -> Metadata {
    Metadata::new()
        .title(format!("{TITLE} {}", fields.number))
        .authors(vec![fields.issuing_body.clone()])
        .language(LANGUAGE.to_owned())
        .document_id(fields.number.clone())
        .creation_date(midnight(fields.issued_on))
}

/// One entry: PDF/UA asks for an outline even where a page needs none.
fn outline() -> Outline {
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(
        TITLE.to_owned(),
        XyzDestination::new(0, Point::from_xy(0.0, 0.0)),
    ));
    outline
}

/// The start of a day in China. A year that PDF cannot write is clamped.
fn midnight(date: Date) -> DateTime {
    DateTime::new(u16::try_from(date.year()).unwrap_or(0))
        .month(date.month().into())
        .day(date.day())
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(8)
}

fn used_glyphs(sheet: &Sheet) -> BTreeSet<(usize, u32)> {
    let items = sheet.blocks.iter().flat_map(|block| &block.items);
    let lines = items.filter_map(|item| match item {
        Item::Text(text) => Some(&text.line),
        Item::Drawing(_) => None,
    });
    lines.flat_map(|line| line.glyphs.iter().map(|glyph| (glyph.face, glyph.id))).collect()
}

fn draw(surface: &mut Surface<'_>, item: &Item, fonts: &[Font]) {
    match item {
        Item::Drawing(drawing) => {
            set_ink(surface, drawing.ink);
            surface.draw_path(&drawing.path);
        }
        Item::Text(text) => {
            set_ink(surface, text.ink);
            if let Some(transform) = &text.transform {
                surface.push_transform(transform);
            }
            draw_text(surface, text, fonts);
            if text.transform.is_some() {
                surface.pop();
            }
        }
    }
}

/// Draws a line in as many pieces as it changes the face.
fn draw_text(surface: &mut Surface<'_>, text: &Text, fonts: &[Font]) {
    let mut x = text.x;
    for piece in text.line.glyphs.chunk_by(|a, b| a.face == b.face) {
        let Some(font) = piece.first().and_then(|glyph| fonts.get(glyph.face)) else { continue };
        let glyphs: Vec<KrillaGlyph> = piece
            .iter()
            .map(|glyph| {
                KrillaGlyph::new(
                    GlyphId::new(glyph.id),
                    glyph.advance,
                    0.0,
                    0.0,
                    0.0,
                    glyph.bytes.clone(),
                    None,
                )
            })
            .collect();
        surface.draw_glyphs(
            Point::from_xy(x, text.y),
            &glyphs,
            font.clone(),
            &text.line.text,
            text.size,
            text.as_shapes,
        );
        x += text.size * piece.iter().map(|glyph| glyph.advance).sum::<f32>();
    }
}

fn set_ink(surface: &mut Surface<'_>, ink: Ink) {
    surface.set_fill(ink.fill.map(|color| Fill { paint: paint(color).into(), ..Fill::default() }));
    surface.set_stroke(ink.stroke.map(|(color, width)| Stroke {
        paint: paint(color).into(),
        width,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Miter,
        ..Stroke::default()
    }));
}

fn paint(Color(red, green, blue): Color) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// The area of a link, from the lines of its block.
fn link(block: &Block) -> Option<Annotation> {
    let Role::Link(address) = &block.role else { return None };
    let texts = || {
        block.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            Item::Drawing(_) => None,
        })
    };
    let left = texts().map(|text| text.x).reduce(f32::min)?;
    let right = texts().map(Text::right).reduce(f32::max)?;
    let top = texts().map(|text| text.y - text.size).reduce(f32::min)?;
    let bottom = texts().map(|text| text.y + text.size * 0.3).reduce(f32::max)?;
    let target = Target::Action(Action::Link(LinkAction::new(address.clone())));
    let link = LinkAnnotation::new(Rect::from_ltrb(left, top, right, bottom)?, target);
    Some(Annotation::new_link(link, Some(format!("核验网址：{address}"))))
}

/// The tag tree as it grows.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    heads: Vec<Node>,
    cells: Vec<Node>,
}

impl Tree {
    fn add(&mut self, role: Role, content: Identifier, annotation: Option<Identifier>) {
        let group = |tag: krilla::tagging::TagKind| {
            Node::Group(TagGroup::with_children(tag, vec![content.into()]))
        };
        if !matches!(role, Role::Cell | Role::ColumnHead) {
            self.close_table();
        }
        match role {
            Role::Decoration => {}
            Role::Heading => {
                self.nodes.push(group(Tag::Hn(NonZeroU16::MIN, Some(TITLE.to_owned())).into()))
            }
            Role::Paragraph => self.nodes.push(group(Tag::P.into())),
            Role::Figure(description) => {
                self.nodes.push(group(Tag::Figure(Some(description)).into()))
            }
            Role::ColumnHead => self.heads.push(group(Tag::TH(TableHeaderScope::Column).into())),
            Role::Cell => self.cells.push(group(Tag::TD.into())),
            Role::Link(_) => {
                let children = annotation.into_iter().chain([content]).map(Node::from).collect();
                let link = Node::Group(TagGroup::with_children(Tag::Link, children));
                self.nodes.push(Node::Group(TagGroup::with_children(Tag::P, vec![link])));
            }
        }
    }

    fn close_table(&mut self) {
        if self.heads.is_empty() {
            return;
        }
        let rows = [std::mem::take(&mut self.heads), std::mem::take(&mut self.cells)];
        let rows = rows.map(|cells| Node::Group(TagGroup::with_children(Tag::TR, cells)));
        self.nodes.push(Node::Group(TagGroup::with_children(Tag::Table, rows.to_vec())));
    }

    fn finish(mut self) -> TagTree {
        self.close_table();
        let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
        for node in self.nodes {
            tree.push(node);
        }
        tree
    }
}
