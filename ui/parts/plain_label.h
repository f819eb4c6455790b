#pragma once

#include "ui/theme/look.h"

#include <QWidget>

namespace signalbox::ui {

/// A text on the window, never markup: it is painted as it is, with the theme's font and colour of the
/// moment, elided where there is no room (then the whole is in the tooltip) or wrapped, digits in one width.
class PlainLabel : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText)
public:
    using Font = QFont Look::*;
    explicit PlainLabel(const QString &text = {}, Font font = &Look::base, Token token = Token::Text,
                        QWidget *parent = nullptr);
    [[nodiscard]] QString text() const { return m_text; }
    void setText(const QString &text);
    void setToken(Token token);
    void setFontRole(Font font);
    void setAlignment(Qt::Alignment alignment);
    void setWrapping(bool wraps); ///< several lines; height follows width
    void setElideMode(Qt::TextElideMode mode);
    void setElastic(bool isElastic); ///< may become narrower than its text

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return m_wraps; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    [[nodiscard]] const QFont &fontOf() const;

    QString m_text;
    Font m_font;
    Token m_token;
    Qt::Alignment m_alignment = Qt::AlignLeft | Qt::AlignVCenter;
    Qt::TextElideMode m_elide = Qt::ElideRight;
    bool m_wraps = false;
    bool m_isElastic = false;
};

} // namespace signalbox::ui
