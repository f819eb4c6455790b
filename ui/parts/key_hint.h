#pragma once

#include <QWidget>

namespace signalbox::ui {

/// Keys and what they do, in one quiet line: [j] [k] move   [Enter] inspect.
class KeyHints : public QWidget {
    Q_OBJECT
public:
    struct Hint {
        QStringList keys;
        QString text;
        bool isDangerous = false; ///< drawn with failed's edge
    };
    explicit KeyHints(QList<Hint> hints, QWidget *parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] double layOut(class QPainter *painter) const; ///< returns the width

    QList<Hint> m_hints;
};

} // namespace signalbox::ui
