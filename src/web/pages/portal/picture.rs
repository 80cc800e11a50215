//! Drawn pictures of our own, until holders upload photographs. Decoration: the name always stands beside.

/// A drawing for a kind of product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// 梨
    Pear,
    /// 枣
    Jujube,
    /// 苹果、桃、山楂
    Apple,
    /// 葡萄
    Grape,
    /// 瓜类
    Melon,
    /// 核桃、板栗、花生
    Nut,
    /// 面条、粉皮
    Noodles,
    /// 小米、大米、杂豆
    Grain,
    /// 蔬菜
    Leaf,
    /// 食用菌
    Mushroom,
    /// 花椒、辣椒
    Pepper,
    /// 酒、油
    Bottle,
    /// 陶瓷
    Vase,
    /// Anything else.
    Land,
}

impl Picture {
    /// The drawing for a category such as `水果-梨`; the more special word first.
    pub fn of(category: &str) -> Self {
        const TABLE: [(&str, Picture); 25] = [
            ("梨", Picture::Pear),
            ("枣", Picture::Jujube),
            ("苹果", Picture::Apple),
            ("桃", Picture::Apple),
            ("山楂", Picture::Apple),
            ("葡萄酒", Picture::Bottle),
            ("葡萄", Picture::Grape),
            ("瓜", Picture::Melon),
            ("核桃", Picture::Nut),
            ("板栗", Picture::Nut),
            ("花生", Picture::Nut),
            ("坚果", Picture::Nut),
            ("面条", Picture::Noodles),
            ("粉皮", Picture::Noodles),
            ("粮食", Picture::Grain),
            ("花椒", Picture::Pepper),
            ("辣椒", Picture::Pepper),
            ("香菇", Picture::Mushroom),
            ("菇", Picture::Mushroom),
            ("食用菌", Picture::Mushroom),
            ("蔬菜", Picture::Leaf),
            ("中药材", Picture::Leaf),
            ("酒", Picture::Bottle),
            ("香油", Picture::Bottle),
            ("陶瓷", Picture::Vase),
        ];
        let nut = category.contains("核桃");
        TABLE.iter().find(|(word, picture)| category.contains(word) && !(nut && *picture == Self::Apple)).map_or(Self::Land, |(_, p)| *p)
    }

    /// The drawing. Contains no foreign text.
    pub(super) fn svg(self) -> &'static str {
        macro_rules! drawn {
            ($name:literal) => {
                include_str!(concat!("../../../../assets/templates/portal/pictures/", $name, ".svg"))
            };
        }
        match self {
            Self::Pear => drawn!("pear"),
            Self::Jujube => drawn!("jujube"),
            Self::Apple => drawn!("apple"),
            Self::Grape => drawn!("grape"),
            Self::Melon => drawn!("melon"),
            Self::Nut => drawn!("nut"),
            Self::Noodles => drawn!("noodles"),
            Self::Grain => drawn!("grain"),
            Self::Leaf => drawn!("leaf"),
            Self::Mushroom => drawn!("mushroom"),
            Self::Pepper => drawn!("pepper"),
            Self::Bottle => drawn!("bottle"),
            Self::Vase => drawn!("vase"),
            Self::Land => drawn!("land"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_the_register_find_their_picture() {
        let expected = [
            ("水果-梨", Picture::Pear),
            ("坚果-核桃", Picture::Nut),
            ("水果-桃", Picture::Apple),
            ("酒-葡萄酒", Picture::Bottle),
            ("水果-葡萄", Picture::Grape),
            ("蔬菜-辣椒", Picture::Pepper),
            ("食用菌-滑子菇", Picture::Mushroom),
            ("粮食-小米", Picture::Grain),
            ("畜产-羊肉", Picture::Land),
        ];
        for (category, picture) in expected {
            assert_eq!(Picture::of(category), picture, "{category}");
        }
    }
}
