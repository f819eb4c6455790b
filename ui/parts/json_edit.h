#pragma once

#include "core/model/json_text.h"

#include <QPlainTextEdit>
#include <QSyntaxHighlighter>

namespace signalbox::ui {

class PlainLabel;

/// Keys, strings, numbers and words of JSON in quiet colours; plain text otherwise.
class JsonHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    /// Belongs to the document; follows the theme of the widget.
    JsonHighlighter(QTextDocument *document, QWidget *widget);
    bool eventFilter(QObject *watched, QEvent *event) override;

protected:
    void highlightBlock(const QString &text) override;
};

/// JSON typed by a person, checked while they type by the same reader that the queue uses. The line under it
/// says what is wrong, and the place is underlined.
class JsonEdit : public QWidget {
    Q_OBJECT
public:
    JsonEdit(JsonText::Root root, const QString &initial, QWidget *parent = nullptr);
    [[nodiscard]] Result<JsonText> value() const;
    void setText(const QString &text);
    [[nodiscard]] QPlainTextEdit *editor() const { return m_edit; }
    [[nodiscard]] QString complaint() const; ///< what stands under it; empty: fine

Q_SIGNALS:
    void changed();

private:
    void check();
    void underline(const QString &why);

    JsonText::Root m_root;
    QPlainTextEdit *m_edit;
    PlainLabel *m_complaint;
};

/// A text of a job to read: mono, selectable, plain, control characters shown.
class TextView : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit TextView(QWidget *parent = nullptr);
    void showText(const QString &text);    ///< keeps the place when nothing changed
    void showJson(const QByteArray &json); ///< indented for reading; the bytes stay as they are elsewhere

protected:
    void changeEvent(QEvent *event) override;
};

/// Line breaks and indents between the tokens of a checked document; no byte of a token is changed, so that
/// 9007199254740993 and 1.0 stay what they are.
[[nodiscard]] QByteArray indentedJson(const QByteArray &json);

} // namespace signalbox::ui
