#pragma once

#include "ui/theme/look.h"

#include <QWidget>

class QBoxLayout;
class QHBoxLayout;

namespace signalbox::ui {

class PlainLabel;

/// A framed surface with a head: title, a note in muted, and what belongs to the head at the right. The body
/// runs to the edges; who wants margins gives its layout some.
class Panel : public QWidget {
    Q_OBJECT
public:
    explicit Panel(const QString &title, QWidget *parent = nullptr);
    void setNote(const QString &note);
    void addToHead(QWidget *widget);
    void setBody(QWidget *body, int stretch = 1);
    [[nodiscard]] PlainLabel *titleLabel() const { return m_title; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QBoxLayout *m_layout;
    QHBoxLayout *m_head;
    PlainLabel *m_title;
    PlainLabel *m_note;
};

/// A hairline between parts of a window.
class Hairline : public QWidget {
    Q_OBJECT
public:
    explicit Hairline(Qt::Orientation orientation, QWidget *parent = nullptr, int inset = 0);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Qt::Orientation m_orientation;
    int m_inset;
};

} // namespace signalbox::ui
