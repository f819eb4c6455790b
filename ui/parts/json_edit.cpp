#include "ui/parts/json_edit.h"

#include "core/model/display_text.h"
#include "ui/parts/plain_label.h"

#include <QBoxLayout>
#include <QEvent>
#include <QRegularExpression>
#include <QTextBlock>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

JsonHighlighter::JsonHighlighter(QTextDocument *document, QWidget *widget) : QSyntaxHighlighter(document)
{
    widget->installEventFilter(this);
}

bool JsonHighlighter::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::PaletteChange) rehighlight();
    return QSyntaxHighlighter::eventFilter(watched, event);
}

void JsonHighlighter::highlightBlock(const QString &text)
{
    static const QRegularExpression token(
        uR"re((?<string>"(?:[^"\\]|\\.)*")(?<key>\s*:)?|(?<number>-?\d[\d.eE+-]*)|(?<word>true|false|null))re"_s);
    const Look &look = lookOf();
    for (auto match = token.globalMatch(text); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        QTextCharFormat format;
        if (found.hasCaptured(u"key"_s))
            format.setForeground(look.state(JobStatus::Running).text);
        else if (found.hasCaptured(u"string"_s))
            format.setForeground(look(Token::Text));
        else
            format.setForeground(look.state(JobStatus::Scheduled).text);
        const bool isString = found.hasCaptured(u"string"_s);
        setFormat(static_cast<int>(found.capturedStart()),
                  static_cast<int>(isString ? found.capturedLength(u"string"_s) : found.capturedLength()),
                  format);
    }
}

namespace {

/// Leaves the frame's round corners and its focus ring free.
class FramedEdit : public QPlainTextEdit {
public:
    FramedEdit(const QString &text, QWidget *parent) : QPlainTextEdit(text, parent)
    {
        setViewportMargins(2, 2, 2, 2);
    }
};

} // namespace

JsonEdit::JsonEdit(JsonText::Root root, const QString &initial, QWidget *parent)
    : QWidget(parent),
      m_root(root),
      m_edit(new FramedEdit(initial, this)),
      m_complaint(new PlainLabel({}, &Look::small, Token::ErrorText, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_edit, 1);
    layout->addWidget(m_complaint);
    m_complaint->setElastic(true);
    m_edit->setFont(lookOf(this).mono);
    m_edit->setTabChangesFocus(true);
    m_edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    new JsonHighlighter(m_edit->document(), m_edit);
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
        check();
        Q_EMIT changed();
    });
    setFocusProxy(m_edit);
    check();
}

Result<JsonText> JsonEdit::value() const
{
    return JsonText::parse(m_edit->toPlainText().toUtf8(), m_root);
}

void JsonEdit::setText(const QString &text)
{
    m_edit->setPlainText(text);
}

QString JsonEdit::complaint() const
{
    return m_complaint->text();
}

void JsonEdit::check()
{
    const Result<JsonText> parsed = value();
    m_complaint->setText(parsed ? QString() : displayLine(parsed.error().why));
    underline(parsed ? QString() : parsed.error().why);
}

/// The reader's message begins with the place: "Line 3, column 14: …".
void JsonEdit::underline(const QString &why)
{
    QList<QTextEdit::ExtraSelection> marks;
    static const QRegularExpression place(u"(\\d+)\\D+(\\d+)\\D*:"_s);
    const QRegularExpressionMatch found = place.match(why);
    const QTextBlock block = found.hasMatch()
        ? m_edit->document()->findBlockByNumber(found.captured(1).toInt() - 1)
        : QTextBlock();
    if (block.isValid()) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(block);
        const int column = std::clamp(found.captured(2).toInt() - 1, 0, std::max(0, block.length() - 2));
        mark.cursor.setPosition(block.position() + column);
        mark.cursor.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(lookOf(this).state(JobStatus::Failed).solid);
        mark.format.setBackground(lookOf(this)(Token::ErrorGround));
        marks.append(mark);
    }
    m_edit->setExtraSelections(marks);
}

TextView::TextView(QWidget *parent) : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setFont(lookOf(this).mono);
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setUndoRedoEnabled(false);
    document()->setDocumentMargin(8);
}

void TextView::showText(const QString &text)
{
    constexpr qsizetype charsMax = 1'000'000; // beyond it a text is shortened, and says so
    QString shown = displayBlock(QStringView(text).left(charsMax));
    if (text.size() > charsMax)
        shown += u'\n'
            + tr("… The rest, %1 characters, is not shown.").arg(QLocale().toString(text.size() - charsMax));
    if (shown == toPlainText()) return;
    setPlainText(shown);
}

void TextView::showJson(const QByteArray &json)
{
    showText(QString::fromUtf8(indentedJson(json)));
}

void TextView::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange) setFont(lookOf(this).mono);
    QPlainTextEdit::changeEvent(event);
}

QByteArray indentedJson(const QByteArray &json)
{
    QByteArray out;
    int depth = 0;
    bool isInString = false;
    const auto newLine = [&] { out.append('\n').append(QByteArray(depth * 2, ' ')); };
    for (qsizetype i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (isInString) {
            out.append(c);
            if (c == '\\' && i + 1 < json.size())
                out.append(json[++i]);
            else if (c == '"')
                isInString = false;
            continue;
        }
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        const bool isEmptyPair
            = (c == '{' || c == '[') && i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
        if (c == '}' || c == ']') {
            if (!out.endsWith('{') && !out.endsWith('[')) {
                --depth;
                newLine();
            }
            out.append(c);
        } else if ((c == '{' || c == '[') && !isEmptyPair) {
            out.append(c);
            ++depth;
            newLine();
        } else if (c == ',') {
            out.append(c);
            newLine();
        } else if (c == ':') {
            out.append(": ");
        } else {
            out.append(c);
            isInString = c == '"';
        }
    }
    return out;
}

} // namespace signalbox::ui
